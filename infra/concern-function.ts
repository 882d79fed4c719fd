/// <reference path="../.sst/platform/config.d.ts" />
/** A function that is invoked by events: its code, its role, and what becomes of its failures. */
import { lambdaRole, type Permission, writeOwnLog } from "./lambda-role.ts";
import { stageName } from "./names.ts";

/** The most that Lambda's asynchronous invocation takes. */
export const RETRIES = 2;

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
  /** Beyond writing its own log and its dead letters. */
  permissions: Permission[];
  deadLetterArn: $util.Output<string>;
  /** For so long is it tried to invoke the function with an event. */
  eventAgeMaxSeconds: number;
}

export function createConcernFunction(wanted: ConcernFunction): sst.aws.Function {
  const { logicalName, deadLetterArn, eventAgeMaxSeconds } = wanted;
  const created = createFunction(wanted);
  new aws.lambda.FunctionEventInvokeConfig(`${logicalName}Async`, {
    functionName: created.name,
    maximumRetryAttempts: RETRIES,
    maximumEventAgeInSeconds: eventAgeMaxSeconds,
    destinationConfig: { onFailure: { destination: deadLetterArn } },
  });
  return created;
}

function createFunction(wanted: ConcernFunction): sst.aws.Function {
  const { logicalName, concern, description, environment, permissions, deadLetterArn, timeout } = wanted;
  const name = stageName(concern);
  return new sst.aws.Function(logicalName, {
    name,
    description,
    handler: `functions/${concern}.handler`,
    runtime: "nodejs24.x",
    architecture: "arm64",
    memory: "512 MB",
    timeout: timeout ?? TIMEOUT,
    logging: { format: "json", retention: "3 months" },
    environment,
    // Splitting leaves unread what only other ways of logging in to AWS need. Without the original names of
    // functions there is a tenth less to read at each cold start; stack traces are read with the source maps.
    nodejs: { minify: true, splitting: true, esbuild: { keepNames: false } },
    permissions: [
      writeOwnLog(name),
      ...permissions,
      { actions: ["sqs:SendMessage"], resources: [deadLetterArn] },
    ],
    transform: {
      role: lambdaRole(concern),
      // SST adds a key to every environment, for links between resources, which are not used here; and in dev
      // what its bridge to the developer's machine needs.
      function: $dev ? {} : { environment: { variables: environment } },
    },
  });
}
