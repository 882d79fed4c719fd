/**
 * What watches the stack from outside of it, as CloudWatch does: the deployment's alarms, over the metrics of its
 * functions, queues and tunnels, and the topic that they tell people through.
 */
import { CloudWatch } from "../aws/cloudwatch/cloudwatch.ts";
import {
  measureInvocation,
  sampleQueues,
  sampleTunnels,
  type TunnelReading,
} from "../aws/cloudwatch/service-metrics.ts";
import { Topics } from "../aws/sns/topics.ts";
import { realTimers, speedUp } from "../aws/timers.ts";
import type { Graph } from "../graph/schema.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { LocalAws } from "./aws.ts";

export interface MonitoringParts {
  readonly kernel: Kernel;
  readonly graph: Pick<
    Graph,
    "region" | "accountId" | "metricAlarms" | "compositeAlarms" | "topics" | "queues"
  >;
  readonly aws: Pick<LocalAws, "eventBridge" | "server">;
  /** A minute of CloudWatch takes 60 / speed seconds. */
  readonly speed: number;
  readonly tunnelStates: () => Iterable<TunnelReading>;
}

export interface Monitoring {
  readonly cloudWatch: CloudWatch;
  readonly topics: Topics;
  /** One line of a function's log. */
  readLogLine(line: string): void;
  noteInvocation(functionName: string, failed: boolean): void;
  /** From now on alarms are looked at, and so are the queues. */
  begin(waiting: (queueArn: string) => number): void;
  troubles(): readonly Error[];
  stop(): Promise<void>;
}

/** As which CloudWatch publishes; the topic's own policy must let it. */
const CLOUDWATCH = "cloudwatch.amazonaws.com";

/** Tunnels were there before the deployment, and their states were measured. */
const PAST_MINUTES = 10;

export function createMonitoring(parts: MonitoringParts): Monitoring {
  const { kernel, graph, aws, speed, tunnelStates } = parts;
  const topics = createTopics(kernel, graph);
  const cloudWatch = new CloudWatch({
    region: graph.region,
    accountId: graph.accountId,
    timers: speedUp(realTimers, speed),
    tell: (event) => aws.eventBridge.tell(event),
    publish: async (alarmArn, topicArn, message) => {
      const context = { "aws:SourceArn": alarmArn, "aws:SourceAccount": graph.accountId };
      const need = { action: "sns:Publish", resource: topicArn, context };
      await topics.publish(
        CLOUDWATCH,
        topicArn,
        message,
        async () => (await aws.server.decide(CLOUDWATCH, need)) === "allowed",
      );
    },
  });
  const nowMs = cloudWatch.now();
  for (const alarm of graph.metricAlarms) cloudWatch.alarms.addMetricAlarm(alarm, nowMs);
  for (const alarm of graph.compositeAlarms) cloudWatch.alarms.addCompositeAlarm(alarm, nowMs);
  cloudWatch.sample(sampleTunnels(tunnelStates));
  return {
    cloudWatch,
    topics,
    readLogLine: (line) => cloudWatch.readLogLine(line),
    noteInvocation: (name, failed) =>
      measureInvocation(cloudWatch.metrics, name, { atMs: cloudWatch.now(), failed }),
    begin(waiting) {
      cloudWatch.backfill(PAST_MINUTES);
      cloudWatch.sample(
        sampleQueues(() => graph.queues.map(({ name, arn }) => [name, waiting(arn)] as const)),
      );
      cloudWatch.start();
    },
    troubles: () => cloudWatch.troubles(),
    stop: () => cloudWatch.stop(),
  };
}

function createTopics(kernel: Kernel, graph: Pick<Graph, "topics">): Topics {
  const topics = new Topics(kernel);
  for (const { arn, subscriptions } of graph.topics) {
    topics.create(arn);
    for (const subscription of subscriptions) topics.subscribe(arn, subscription);
  }
  return topics;
}
