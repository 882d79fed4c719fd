/// <reference path="../.sst/platform/config.d.ts" />
/** A function that is invoked by events: its code, its role, and what becomes of its failures. */
import { lambdaRole, type Permission, writeOwnLog } from "./lambda-role.ts";
import { stageName } from "./names.ts";

/** The most that Lambda's asynchronous invocation takes. */
export const RETRIES = 2;

/**
 * What becomes of an event whose run fails. `keep`: it is tried again, and left as a dead letter in the end. `retry`:
 * the next sweep makes up for it then. `next-run`: that comes within the minute, before any retry; a letter a minute
 * for as long as something is away would hide those that somebody has to read.
 */
export type AfterFailure = "keep" | "retry" | "next-run";

/**
 * Many certificates take many runs, the fewer the longer each may take. Nothing that a run has read is relied on for
 * as long as this: each change is decided when its turn comes (shared/certificates/settle.ts).
 */
const TIMEOUT = "5 minutes";

export interface ConcernFunction {
  /** Of its resources, such as "RenewCertificates". */
  logicalName: string;
  /** Of what is deployed, and of the entry point in functions/, such as "renew-certificates". */
  concern: string;
  description: string;
  environment: $util.Input<Record<string, $util.Input<string>>>;
  /** Left out, five minutes. */
  timeout?: "1 minute" | "2 minutes";
  /** So many runs at once at most, which are kept free for it; what comes beyond waits. Left out, as the account has it. */
  concurrencyMax?: number;
  /** Beyond writing its own log and its dead letters. */
  permissions: Permission[];
  deadLetterArn: $util.Output<string>;
  /** Left out, "keep". */
  afterFailure?: AfterFailure;
  /** For so long is it tried to invoke the function with an event. */
  eventAgeMaxSeconds: number;
}

export function createConcernFunction(wanted: ConcernFunction): sst.aws.Function {
  const { logicalName, deadLetterArn, eventAgeMaxSeconds, afterFailure = "keep" } = wanted;
  const created = createFunction(wanted);
  new aws.lambda.FunctionEventInvokeConfig(`${logicalName}Async`, {
    functionName: created.name,
    maximumRetryAttempts: afterFailure === "next-run" ? 0 : RETRIES,
    maximumEventAgeInSeconds: eventAgeMaxSeconds,
    ...(afterFailure === "keep" ? { destinationConfig: { onFailure: { destination: deadLetterArn } } } : {}),
  });
  return created;
}

function createFunction(wanted: ConcernFunction): sst.aws.Function {
  const { logicalName, concern, description, environment, permissions, timeout, concurrencyMax } = wanted;
  const { afterFailure = "keep", deadLetterArn } = wanted;
  const name = stageName(concern);
  return new sst.aws.Function(logicalName, {
    name,
    description,
    handler: `functions/${concern}.handler`,
    runtime: "nodejs24.x",
    architecture: "arm64",
    memory: "512 MB",
    timeout: timeout ?? TIMEOUT,
    ...(concurrencyMax === undefined ? {} : { concurrency: { reserved: concurrencyMax } }),
    logging: { format: "json", retention: "3 months" },
    environment,
    // Splitting leaves unread what only other ways of logging in to AWS need. Without the original names of
    // functions there is a tenth less to read at each cold start; stack traces are read with the source maps.
    nodejs: { minify: true, splitting: true, esbuild: { keepNames: false } },
    permissions: [
      writeOwnLog(name),
      ...permissions,
      ...(afterFailure === "keep" ? [{ actions: ["sqs:SendMessage"], resources: [deadLetterArn] }] : []),
    ],
    transform: {
      role: lambdaRole(concern),
      // SST adds a key to every environment, for links between resources, which are not used here; and in dev
      // what its bridge to the developer's machine needs.
      function: $dev ? {} : { environment: { variables: environment } },
    },
  });
}
