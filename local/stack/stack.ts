/**
 * Both clouds and both workloads on this machine, made from the evaluated deployment. `startStack` resolves when
 * everything listens; nothing runs by itself before `begin`.
 */
import type { Link } from "../../shared/link/schema.ts";
import { type EvaluatedGraph, evaluate } from "../graph/evaluate.ts";
import { createLocalClient, type LocalClient } from "../network/client.ts";
import { createLocalCa, type LocalCa } from "../network/local-ca.ts";
import { type LocalProxy, startProxy } from "../network/proxy.ts";
import { Kernel } from "../stand-in/kernel.ts";
import { TrafficTap } from "../tap/tap.ts";
import { allowedKeys } from "./allowed-keys.ts";
import { type LocalAws, startLocalAws } from "./aws.ts";
import { type LocalAzure, startLocalAzure } from "./azure.ts";
import { createEvents, type LocalEvents } from "./events.ts";
import { type RunningFunction, startFunction } from "./lambdas.ts";
import { loadLink } from "./link.ts";
import { type LocalWorkloads, startWorkloads } from "./workloads.ts";

export interface StackOptions {
  /** Takes the place of link.config.ts. */
  readonly linkFile?: string;
  /** Of the stand-ins' faults. */
  readonly seed: number;
  /** Stand-ins that never misbehave. */
  readonly calm?: boolean;
  /** A scheduled minute takes 60 / speed seconds. */
  readonly speed?: number;
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
  readonly workloads: LocalWorkloads;
  /** Starts the schedules and the bunnies. */
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
    return { ...(await openStack(options, opened)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Opened = <T>(value: T, close: (value: T) => Promise<void> | void) => T;

async function openStack(options: StackOptions, opened: Opened): Promise<Omit<Stack, "close">> {
  const { seed, calm = false, speed = 1, linkFile, onLogLine = () => {} } = options;
  const [evaluated, localCa, link] = await Promise.all([
    evaluate(linkFile === undefined ? {} : { linkFile }),
    createLocalCa(),
    loadLink(linkFile),
  ]);
  const graph = opened(evaluated, (it) => it.dispose());
  const ca = opened(localCa, (it) => it.close());
  const tap = new TrafficTap(allowedKeys(graph, link));
  const kernel = new Kernel({ seed, calm, tap: tap.see });
  const proxy = opened(await startProxy({ kernel, ca }), (it) => it.close());
  const client = opened(createLocalClient(proxy, ca), (it) => it.close());
  const aws = opened(await startLocalAws(kernel, graph), (it) => it.close());
  proxy.serve(new URL(aws.tokenIssuer.issuer).host, aws.tokenIssuer.listener);
  const azure = opened(
    await startLocalAzure({
      kernel,
      graph,
      proxy,
      ca,
      client,
      caCertificate: aws.caCertificate,
      tokenIssuer: aws.tokenIssuer.issuer,
      onLogLine: (line) => {
        tap.see({ from: "hand", to: "log", what: "log line", bytes: Buffer.from(line) });
        onLogLine("hand", line);
      },
    }),
    (it) => it.close(),
  );
  const functions = new Map<string, RunningFunction>();
  for (const deployed of graph.functions) {
    const running = await startFunction({ kernel, aws, proxy, ca, onLogLine }, deployed);
    functions.set(
      deployed.arn,
      opened(running, (it) => it.lambda.close()),
    );
  }
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
  const events = opened(createEvents({ kernel, graph, aws, functions, speed }), (it) => it.stop());
  const begin = () => {
    events.startSchedules();
    workloads.startBunnies();
  };
  return { graph, link, kernel, tap, ca, proxy, client, aws, azure, functions, events, workloads, begin };
}
