/**
 * What makes the deployed functions run: the schedules and the event rules of the deployment, through Lambda's
 * asynchronous invocation with the retries and the dead-letter queue that the deployment declares.
 */
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
import type { RunningFunction } from "./lambdas.ts";

export interface LocalEvents {
  readonly queues: Queues;
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
  readonly functions: ReadonlyMap<string, Pick<RunningFunction, "deployed" | "invoke">>;
  /** A minute takes 60 / speed seconds. */
  readonly speed: number;
  /** The same for schedules that do not run each minute; as `speed` where it is left out. */
  readonly rareSchedulesSpeed?: number;
}

export function createEvents(parts: EventParts): LocalEvents {
  const { kernel, graph, aws, functions, speed, rareSchedulesSpeed = speed } = parts;
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
  const schedulerOf = (speed: number) =>
    new Scheduler({ kernel, timers: speedUp(realTimers, speed), queues, decide, invoke });
  const [frequent, rare] = [schedulerOf(speed), schedulerOf(rareSchedulesSpeed)];
  const rules = new Rules({ kernel, timers, queues, decide, invoke });
  for (const rule of graph.eventRules.filter(({ enabled }) => enabled)) rules.add(toRule(rule));
  aws.eventBridge.listen((busName, event) => rules.take(busName, event));
  return {
    queues,
    startSchedules: () => {
      for (const schedule of graph.schedules.filter(({ enabled }) => enabled)) {
        const scheduler = schedule.expression === EACH_MINUTE ? frequent : rare;
        scheduler.add(toSchedule(schedule));
      }
    },
    troubles: () => [
      ...aws.eventBridge.troubles(),
      ...frequent.troubles(),
      ...rare.troubles(),
      ...rules.troubles(),
      ...invoker.troubles(),
    ],
    async stop() {
      await Promise.all([frequent.stop(), rare.stop()]);
      await rules.stop();
      await invoker.stop();
    },
  };
}

const EACH_MINUTE = "rate(1 minute)";

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
