/**
 * How many calls of the clouds a delivery of log lines takes, counted at calm stand-ins: of strangers, of bunny when it
 * is let in, and of bunny when it is refused for the first time; and the look of each minute.
 */
import path from "node:path";
import { until } from "../demo/chapter.ts";
import { protagonists, recordsOf } from "../demo/look.ts";
import { deployed } from "../stack/deployed.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { deliveryOf, type LineOf, sourceOf } from "./auth-lines.ts";
import type { RunCalls } from "./calls.ts";
import { countDuring } from "./count.ts";

const LINK_FILE = path.resolve(import.meta.dirname, "..", "stack", "auth-failures-link.ts");
const READER = "ReadAuthFailures";

export async function countDeliveries(): Promise<RunCalls[]> {
  const stack = await startStack({ linkFile: LINK_FILE, seed: 0, calm: true });
  try {
    // Each filter first tries whether the function is there.
    await until("the filters have tried", () => probes(stack) === stack.graph.subscriptionFilters.length);
    return await countAll(stack);
  } finally {
    await stack.close();
  }
}

const probes = (stack: Stack): number =>
  recordsOf(stack, READER).filter(({ event }) => event === "auth-failures.probed").length;

async function countAll(stack: Stack): Promise<RunCalls[]> {
  const at = Math.floor(Date.now() / 1_000);
  const identity = protagonists(stack).certificate.identity.commonName;
  const stranger: LineOf = { outcome: "refused", reason: "no-certificate", source: sourceOf(1), at };
  const accepted: LineOf = { outcome: "accepted", identity, source: sourceOf(2), at };
  const first = await countRun(stack, "strangers, all of it cold", delivery(stack, [stranger], 1));
  const strangers = await countRun(stack, "strangers", delivery(stack, [stranger], 2));
  const again = await countRun(stack, "the same again", delivery(stack, [stranger], 2));
  const flood = await countRun(stack, "a flood begins", delivery(stack, [stranger, stranger], 3));
  const letIn = await countRun(stack, "bunny, let in", delivery(stack, [accepted], 5));
  const look = await countRun(stack, "a minute's look", {});
  return [first, strangers, again, flood, letIn, look];
}

function delivery({ graph, link }: Stack, lines: readonly LineOf[], firstId: number): object {
  const [filter] = graph.subscriptionFilters.filter(({ logGroup }) => logGroup === link.relay.log.group);
  if (filter === undefined) throw new Error("nobody reads relay's log");
  const from = { account: graph.accountId, group: filter.logGroup, filter: filter.name };
  return deliveryOf(from, lines, firstId);
}

async function countRun(stack: Stack, run: string, event: object): Promise<RunCalls> {
  const { total, calls, result } = await countDuring(stack, () => deployed(stack, READER).invoke(event));
  if (!result.ok) throw new Error(`${run}: ${result.errorType}: ${result.errorMessage}`);
  return { run, total, calls };
}
