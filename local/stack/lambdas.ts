/**
 * The deployed functions, run from their bundles under AWS's own runtime client, each with its captured
 * environment and the credentials of its own role. What only this world adds is where the clouds are.
 */
import { substitute } from "../graph/identifiers.ts";
import type { LambdaFunction } from "../graph/schema.ts";
import { type InvokeResult, type Lambda, startLambda } from "../lambda/lambda.ts";
import type { LocalCa } from "../network/local-ca.ts";
import type { LocalProxy } from "../network/proxy.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { LocalAws } from "./aws.ts";
import type { Monitoring } from "./monitoring.ts";

/** Of every function's log. */
const STREAM = "local";

export interface LambdaParts {
  readonly kernel: Kernel;
  readonly aws: LocalAws;
  readonly proxy: LocalProxy;
  readonly ca: LocalCa;
  readonly monitoring: Pick<Monitoring, "readLogLine" | "noteInvocation">;
  readonly onLogLine: (functionName: string, line: string) => void;
}

export interface RunningFunction {
  readonly deployed: LambdaFunction;
  readonly lambda: Lambda;
  /** Every invocation's result, in the order in which they ended. */
  readonly results: readonly InvokeResult[];
  invoke(event: unknown): Promise<InvokeResult>;
  /** Resolves when the invocations have ended that are under way now. */
  settled(): Promise<void>;
}

export async function startFunction(parts: LambdaParts, deployed: LambdaFunction): Promise<RunningFunction> {
  const { name, arn, directory, handler, memoryMb, timeoutSeconds, logGroup, concurrencyMax } = deployed;
  const isLogged = await mayBeLogged(parts.aws, deployed);
  const lambda = await startLambda({
    name,
    arn,
    directory,
    handler,
    memoryMb,
    timeoutSeconds,
    concurrencyMax,
    env: {
      ...localNetwork(parts, deployed),
      ...substitute(deployed.environment, {
        caCertificate: parts.aws.caCertificate,
        tokenIssuer: parts.aws.tokenIssuer.issuer,
      }),
    },
    tap: parts.kernel.tap,
    onLogLine: (line) => {
      if (isLogged) parts.aws.logs.append(logGroup, STREAM, [{ timestamp: Date.now(), message: line }]);
      parts.monitoring.readLogLine(line);
      parts.onLogLine(name, line);
    },
  });
  const results: InvokeResult[] = [];
  const invokeAndNote = async (event: unknown) => {
    const result = await lambda.invoke(event);
    parts.monitoring.noteInvocation(name, !result.ok);
    results.push(result);
    return result;
  };
  const underWay = new Set<Promise<InvokeResult>>();
  const invoke = (event: unknown) => {
    const invocation = invokeAndNote(event).finally(() => underWay.delete(invocation));
    underWay.add(invocation);
    return invocation;
  };
  const settled = async () => void (await Promise.allSettled(underWay));
  return { deployed, lambda, results, invoke, settled };
}

/**
 * Lambda writes the log of a function with the function's role. Without the right to, it runs all the same, and nothing
 * is in its log (https://serverlessland.com/content/service/lambda/guides/aws-lambda-operator-guide/access-logs).
 */
async function mayBeLogged({ server }: LocalAws, { arn, role, logGroup }: LambdaFunction): Promise<boolean> {
  const resource = `${arn.replace(":lambda:", ":logs:").replace(/:function:.*$/, "")}:log-group:${logGroup}:log-stream:${STREAM}`;
  const decide = (action: string) => server.decide(role.arn, { action, resource, context: {} });
  const [creates, puts] = [await decide("logs:CreateLogStream"), await decide("logs:PutLogEvents")];
  return creates === "allowed" && puts === "allowed";
}

/** The clients of AWS take an endpoint, everything else goes through the proxy: no product code knows of it. */
function localNetwork(
  { aws, proxy, ca }: LambdaParts,
  { name, arn, role }: LambdaFunction,
): Record<string, string> {
  const { credentials } = aws.identities.issue({ roleArn: role.arn, sessionName: name, functionArn: arn });
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL: aws.server.url,
    HTTPS_PROXY: proxy.url,
    NO_PROXY: "127.0.0.1,localhost",
    NODE_USE_ENV_PROXY: "1",
    NODE_EXTRA_CA_CERTS: ca.caFile,
  };
}
