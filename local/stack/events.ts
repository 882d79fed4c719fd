/**
 * What makes the deployed functions run: the schedules and the event rules of the deployment, through Lambda's
 * asynchronous invocation with the retries and the dead-letter queue that the deployment declares.
 */
import { DEPLOYED } from "../../shared/runtime/deployed-names.ts";
import { AsyncInvoker, type InvocationResult } from "../aws/async-invoke.ts";
import { Rules } from "../aws/event-bridge/rules.ts";
import { Scheduler } from "../aws/scheduler.ts";
import { Queues } from "../aws/sqs.ts";
import { realTimers, speedUp } from "../aws/timers.ts";
import type { Graph } from "../graph/schema.ts";
import type { InvokeResult } from "../lambda/lambda.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import { Refusal } from "../stand-in/operations.ts";
import type { LocalAws } from "./aws.ts";
import type { LocalAzure } from "./azure.ts";
import type { RunningFunction } from "./lambdas.ts";

export interface LocalEvents {
  readonly queues: Queues;
  /** Hands an event to a function, as a service does by Lambda's asynchronous invocation. */
  readonly invoke: (caller: string, functionArn: string, payload: string) => Promise<void>;
  /** Starts every schedule; until then nothing runs by itself. Rules take events from the beginning. */
  startSchedules(): void;
  /** Faults of the local world, not of the functions. */
  troubles(): readonly Error[];
  stop(): Promise<void>;
}

export interface EventParts {
  readonly kernel: Kernel;
  readonly graph: Pick<Graph, "queues" | "schedules" | "eventRules">;
  readonly aws: Pick<LocalAws, "server" | "lambda" | "eventBridge">;
  /** Whose events Azure delivers by itself; their faults are told with the others. */
  readonly azure: { readonly eventGrid: Pick<LocalAzure["eventGrid"], "troubles"> };
  readonly functions: ReadonlyMap<string, Pick<RunningFunction, "deployed" | "invoke">>;
  /** A minute takes 60 / speed seconds. */
  readonly speed: number;
  /** The same for the schedules of the certificates; as `speed` where it is left out. */
  readonly certificatesSpeed?: number;
}

/**
 * A run takes as long as it takes here, and would be over long before its schedule's next minute, which comes in a
 * second: on a busy machine runs would pile up until none of them gets its answers in time. Two at once there may be.
 */
const SCHEDULED_AT_ONCE_MAX = 2;

export function createEvents(parts: EventParts): LocalEvents {
  const { kernel, graph, aws, azure, functions, speed, certificatesSpeed = speed } = parts;
  const timers = speedUp(realTimers, speed);
  const queues = new Queues(kernel);
  for (const { arn } of graph.queues) queues.create(arn);
  const { decide } = aws.server;
  const run = async (functionArn: string, payload: string) => {
    const running = functions.get(functionArn);
    if (running === undefined)
      throw new Refusal(404, "ResourceNotFoundException", `Function not found: ${functionArn}`);
    return toInvocationResult(await running.invoke(JSON.parse(payload)));
  };
  const invoker = new AsyncInvoker({ kernel, timers, queues, decide, run });
  for (const { deployed } of functions.values()) {
    invoker.addFunction(deployed.arn, asyncConfiguration(deployed));
    aws.lambda.addFunction(deployed.arn, { run, queue: (arn, payload) => invoker.queue(arn, payload) });
  }
  const invoke = (caller: string, targetArn: string, payload: string) =>
    invoker.accept(caller, targetArn, payload);
  const schedulerOf = (speed: number) => {
    const isFull = (arn: string) => speed > 1 && invoker.underWay(arn) >= SCHEDULED_AT_ONCE_MAX;
    const invokeUnlessFull: typeof invoke = (caller, arn, payload) =>
      isFull(arn) ? Promise.resolve() : invoke(caller, arn, payload);
    const timers = speedUp(realTimers, speed);
    return new Scheduler({ kernel, timers, queues, decide, invoke: invokeUnlessFull });
  };
  const [common, certificates] = [schedulerOf(speed), schedulerOf(certificatesSpeed)];
  const rules = new Rules({ kernel, timers, queues, decide, invoke });
  for (const rule of graph.eventRules.filter(({ enabled }) => enabled)) rules.add(toRule(rule));
  aws.eventBridge.listen((busName, event) => rules.take(busName, event));
  return {
    queues,
    invoke,
    startSchedules: () => {
      for (const schedule of graph.schedules.filter(({ enabled }) => enabled)) {
        const scheduler = isOfCertificates(schedule) ? certificates : common;
        scheduler.add(toSchedule(schedule));
      }
    },
    troubles: () => [
      ...aws.eventBridge.troubles(),
      ...common.troubles(),
      ...certificates.troubles(),
      ...rules.troubles(),
      ...invoker.troubles(),
      ...azure.eventGrid.troubles(),
    ],
    async stop() {
      await Promise.all([common.stop(), certificates.stop()]);
      await rules.stop();
      await invoker.stop();
    },
  };
}

const OF_CERTIFICATES = [DEPLOYED.renewCertificates, DEPLOYED.renewRelayCertificate];
const isOfCertificates = ({ name }: Graph["schedules"][number]): boolean =>
  OF_CERTIFICATES.some((concern) => name.endsWith(`-${concern}`));

/** No answer for want of an environment is the service's doing, and is tried again. */
function toInvocationResult(result: InvokeResult): InvocationResult {
  if (result.ok) return { payload: JSON.stringify(result.payload ?? null) };
  const { errorType, errorMessage } = result;
  if (errorType === "TooManyRequestsException") throw new Refusal(429, errorType, errorMessage);
  return { functionError: "Unhandled", payload: JSON.stringify({ errorType, errorMessage }) };
}

function asyncConfiguration({ role, asyncInvoke }: RunningFunction["deployed"]) {
  if (asyncInvoke === undefined) return { roleArn: role.arn };
  const {
    maximumRetryAttempts: retriesMax,
    maximumEventAgeSeconds: eventAgeSecondsMax,
    onFailureArn,
  } = asyncInvoke;
  return { roleArn: role.arn, retriesMax, eventAgeSecondsMax, onFailureQueueArn: onFailureArn };
}

function toRule({ arn, busName, pattern, targets }: Graph["eventRules"][number]) {
  return {
    arn,
    busName,
    pattern,
    targets: targets.map((target) => ({
      arn: target.arn,
      input: target.input,
      retriesMax: target.maximumRetryAttempts,
      eventAgeSecondsMax: target.maximumEventAgeSeconds,
      deadLetterQueueArn: target.deadLetterArn,
    })),
  };
}

function toSchedule(schedule: Graph["schedules"][number]) {
  const {
    arn,
    expression,
    timeZone,
    targetArn,
    role,
    input,
    maximumRetryAttempts,
    maximumEventAgeSeconds,
    deadLetterArn,
  } = schedule;
  return {
    arn,
    expression,
    timeZone,
    targetArn,
    roleArn: role.arn,
    input,
    retriesMax: maximumRetryAttempts,
    eventAgeSecondsMax: maximumEventAgeSeconds,
    deadLetterQueueArn: deadLetterArn,
  };
}
