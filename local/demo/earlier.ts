/**
 * What an earlier deployment has left behind: its own function, from its own bundle and under the same role, applies
 * what its link wants of one group, once a person has accepted that. Then it is gone, and this deployment takes over.
 */
import path from "node:path";
import { wishDigest } from "../../shared/allowlists/consent.ts";
import { allowlistsOf } from "../../shared/allowlists/desired.ts";
import type { Link } from "../../shared/link/schema.ts";
import { type EvaluatedGraph, evaluate } from "../graph/evaluate.ts";
import { startFunction } from "../stack/lambdas.ts";
import { loadLink } from "../stack/link.ts";
import type { Stack } from "../stack/stack.ts";
import { check } from "./chapter.ts";

export interface EarlierDeployment {
  readonly graph: EvaluatedGraph;
  readonly link: Link;
}

const LINK_FILE = path.join(import.meta.dirname, "earlier-link.ts");
const TRIES_MAX = 5;

export async function evaluateEarlierLink(): Promise<EarlierDeployment> {
  const [graph, link] = await Promise.all([evaluate({ linkFile: LINK_FILE }), loadLink(LINK_FILE)]);
  return { graph, link };
}

/** The answer is how many rules it wants of the group. */
export async function applyEarlierLink(
  stack: Stack,
  { graph, link }: EarlierDeployment,
  group: string,
): Promise<number> {
  const wanted = allowlistsOf(link).groups.find(({ name }) => name === group);
  const deployed = graph.functions.find(({ logicalName }) => logicalName === "HealAllowlists");
  check(wanted !== undefined && deployed !== undefined, "the earlier link has the group too");
  const running = await startFunction({ ...stack, onLogLine: () => {} }, deployed);
  try {
    const event = { run: "accept", group, wish: wishDigest(wanted) };
    let result = await running.invoke(event);
    for (let tries = 1; !result.ok && tries < TRIES_MAX; tries += 1) result = await running.invoke(event);
    check(result.ok, `the earlier link is applied: ${result.ok ? "" : result.errorMessage}`);
  } finally {
    await running.lambda.close();
  }
  return wanted.rules.length;
}
