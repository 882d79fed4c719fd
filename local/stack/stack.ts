/**
 * Both clouds and both workloads on this machine, made from the evaluated deployment. `startStack` resolves when
 * everything listens; nothing runs by itself before `begin`.
 */
import type { Link } from "../../shared/link/schema.ts";
import { type EvaluatedGraph, evaluate } from "../graph/evaluate.ts";
import { createLocalClient, type LocalClient } from "../network/client.ts";
import { createLocalCa, type LocalCa } from "../network/local-ca.ts";
import { type LocalProxy, startProxy } from "../network/proxy.ts";
import { keepRecording } from "../permissions/keep.ts";
import { recordingOf } from "../permissions/recording.ts";
import { Kernel } from "../stand-in/kernel.ts";
import { TrafficTap } from "../tap/tap.ts";
import type { VpnWorld } from "../vpn/world.ts";
import { allowedKeys } from "./allowed-keys.ts";
import { type LocalAws, startLocalAws } from "./aws.ts";
import { type LocalAzure, startLocalAzure } from "./azure.ts";
import { createEvents, type LocalEvents } from "./events.ts";
import { knownSecrets } from "./known-secrets.ts";
import { type RunningFunction, startFunction } from "./lambdas.ts";
import { loadLink } from "./link.ts";
import { deployLogFilters, type LogFilters } from "./log-filters.ts";
import { createMonitoring, type Monitoring } from "./monitoring.ts";
import { type StackSlack, startSlack } from "./slack.ts";
import { createVpnWorld, tunnelStates } from "./vpn.ts";
import { type LocalWorkloads, startWorkloads } from "./workloads.ts";

export interface StackOptions {
  /** Takes the place of link.config.ts. */
  readonly linkFile?: string;
  /** Of the stand-ins' faults. */
  readonly seed: number;
  /** Stand-ins that never misbehave. */
  readonly calm?: boolean;
  /** What the names of faults begin with that they are spared. */
  readonly spared?: readonly string[];
  /** A scheduled minute takes 60 / speed seconds, and so does one of alarms, tunnels and events. */
  readonly speed?: number;
  /** The same for the schedules of the certificates; as `speed` where it is left out. */
  readonly certificatesSpeed?: number;
  readonly mountEveryMs?: number;
  readonly pollEveryMs?: number;
  /** How often relay reads its secret, where the link has a certificate for it. */
  readonly secretEveryMs?: number;
  readonly onLogLine?: (source: string, line: string) => void;
}

export interface Stack {
  readonly graph: EvaluatedGraph;
  readonly link: Link;
  readonly kernel: Kernel;
  readonly tap: TrafficTap;
  readonly ca: LocalCa;
  readonly proxy: LocalProxy;
  readonly client: LocalClient;
  readonly aws: LocalAws;
  readonly azure: LocalAzure;
  /** By ARN. */
  readonly functions: ReadonlyMap<string, RunningFunction>;
  readonly events: LocalEvents;
  /** What brings lines of the log groups to functions and metrics. */
  readonly logFilters: LogFilters;
  /** Both ends of every tunnel of the link, and what a person does to them. */
  readonly vpn: VpnWorld;
  readonly monitoring: Monitoring;
  /** Where incidents are told; undefined where the link has no `alerts.slack`. */
  readonly slack: StackSlack | undefined;
  readonly workloads: LocalWorkloads;
  /** Starts the schedules, the alarms and the bunnies. */
  begin(): void;
  close(): Promise<void>;
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const closers: (() => Promise<void> | void)[] = [];
  const opened = <T>(value: T, close: (value: T) => Promise<void> | void): T => {
    closers.unshift(() => close(value));
    return value;
  };
  const close = async () => {
    for (const closer of closers.splice(0)) await closer();
  };
  try {
    const stack = await openStack(options, opened);
    const closeAndKeep = async () => {
      await close();
      await keepRecording(recordingOf(stack));
    };
    return { ...stack, close: closeAndKeep };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Most replacements of an endpoint are as quick as they can be; some take up to the most. */
const replacementDraw =
  ({ faults }: Kernel) =>
  () =>
    faults.chance("ec2:replacement slow", 0.15) ? faults.draw("ec2:replacement") : 0;

type Opened = <T>(value: T, close: (value: T) => Promise<void> | void) => T;

async function openStack(options: StackOptions, opened: Opened): Promise<Omit<Stack, "close">> {
  const { seed, calm = false, spared = [], speed = 1, linkFile, onLogLine = () => {} } = options;
  const [evaluated, localCa, link] = await Promise.all([
    evaluate(linkFile === undefined ? {} : { linkFile }),
    createLocalCa(),
    loadLink(linkFile),
  ]);
  const graph = opened(evaluated, (it) => it.dispose());
  const ca = opened(localCa, (it) => it.close());
  const tap = new TrafficTap(allowedKeys(graph, link));
  const kernel = new Kernel({ seed, calm, spared, tap: tap.see });
  const proxy = opened(await startProxy({ kernel, ca }), (it) => it.close());
  const client = opened(createLocalClient(proxy, ca), (it) => it.close());
  const vpn = opened(createVpnWorld({ link, graph, speed, draw: replacementDraw(kernel) }), (it) =>
    it.stop(),
  );
  const aws = opened(await startLocalAws({ kernel, graph, link, vpn, speed }), (it) => it.close());
  proxy.serve(new URL(aws.tokenIssuer.issuer).host, aws.tokenIssuer.listener);
  const azure = opened(
    await startLocalAzure({
      kernel,
      graph,
      proxy,
      ca,
      client,
      link,
      vpn,
      speed,
      caCertificate: aws.caCertificate,
      tokenIssuer: aws.tokenIssuer.issuer,
      onLogLine: (line) => {
        tap.see({ from: "hand", to: "log", what: "log line", bytes: Buffer.from(line) });
        onLogLine("hand", line);
      },
    }),
    (it) => it.close(),
  );
  const slack = await startSlack({ kernel, graph, link, aws, proxy });
  tap.watch(() => knownSecrets({ graph, link, aws, azure, vpn, slack }));
  const monitoring = opened(
    createMonitoring({ kernel, graph, aws, speed, tunnelStates: () => tunnelStates(vpn) }),
    (it) => it.stop(),
  );
  const functions = new Map<string, RunningFunction>();
  for (const deployed of graph.functions) {
    const running = await startFunction({ kernel, aws, proxy, ca, monitoring, onLogLine }, deployed);
    functions.set(
      deployed.arn,
      opened(running, (it) => it.lambda.close()),
    );
  }
  const { certificatesSpeed = speed } = options;
  // What loads in a second would do so for a minute of a schedule that runs so much faster.
  if (speed > 1) for (const { lambda } of functions.values()) await lambda.warm();
  const { mountEveryMs = 120_000, pollEveryMs = 1_000, secretEveryMs = 60_000 } = options;
  const workloads = opened(
    await startWorkloads({
      kernel,
      graph,
      link,
      aws,
      azure,
      client,
      mountEveryMs,
      pollEveryMs,
      secretEveryMs,
      onLogLine,
    }),
    (it) => it.close(),
  );
  const events = opened(
    createEvents({ kernel, graph, aws, azure, functions, speed, certificatesSpeed }),
    (it) => it.stop(),
  );
  const logFilters = opened(await deployLogFilters({ kernel, graph, aws, events, monitoring, speed }), (it) =>
    it.stop(),
  );
  const begin = () => {
    events.startSchedules();
    monitoring.begin((queueArn) => events.queues.messages(queueArn).length);
    workloads.startBunnies();
  };
  return {
    graph,
    link,
    kernel,
    tap,
    ca,
    proxy,
    client,
    aws,
    azure,
    functions,
    events,
    logFilters,
    vpn,
    monitoring,
    slack,
    workloads,
    begin,
  };
}
