/** Reports of groups for tests: what one run has found and done in `relay`. */
import type { Actor } from "./actor.ts";
import type { GroupReport, ToldChange, ToldDrift } from "./group-report.ts";
import { type ReportDraft, reportOf } from "./report-draft.ts";
import type { Rule } from "./schema.ts";
import { NOTHING_SAID, type SeenChange } from "./seen.ts";

export const AT = 1_795_248_000;
export const WISH = "a".repeat(64);

export const actor = (name: string): Actor => ({
  kind: "user",
  name,
  through: null,
  foreign: null,
  key: `user/${name}`,
});

/** Opens a port to the whole internet. */
export const openTo = (port: number): Rule => ({
  direction: "in",
  protocol: "tcp",
  ports: { from: port, to: port },
  peer: { kind: "cidr", cidr: "0.0.0.0/0" },
  description: "",
});
export const textOf = (port: number): string => `in tcp ${port} 0.0.0.0/0`;

/** By a user of this name, who has added these ports. */
export const seenOf = (
  id: string,
  name: string,
  ports: readonly number[],
  more: Partial<SeenChange> = {},
): SeenChange => ({
  id,
  groups: ["relay"],
  at: AT - 5,
  actor: actor(name),
  sourceAddress: "203.0.113.7",
  tool: { name: "console", isClaimed: false },
  call: "AuthorizeSecurityGroupIngress",
  what: { ...NOTHING_SAID, added: ports.map(openTo), isComplete: true },
  ...more,
});

export const driftOf = (port: number, change: string | null, more: Partial<ToldDrift> = {}): ToldDrift => ({
  reason: "unwanted",
  rule: textOf(port),
  id: `sgr-${port}`,
  certainty: change === null ? "unknown" : "named",
  change,
  isHealed: true,
  ...more,
});

export const closeOf = ({ rule, id, reason }: ToldDrift): ToldChange => ({
  kind: reason === "missing" ? "open" : "close",
  rule,
  ...(id === undefined ? {} : { id }),
  reason,
});

/** What was healed of `drift` is done. */
export function report(changes: Partial<ReportDraft> = {}): GroupReport {
  const { drift = [] } = changes;
  return reportOf({
    group: "relay",
    at: AT,
    wish: WISH,
    drift,
    done: drift.filter(({ isHealed }) => isHealed).map(closeOf),
    withheld: null,
    awaitingConsent: [],
    failures: [],
    troubles: [],
    isMore: false,
    nextAt: null,
    seen: [],
    ...changes,
  });
}

/** A port that somebody opened, closed again. */
export const closedFor = (port: number, seen: SeenChange, changes: Partial<ReportDraft> = {}): GroupReport =>
  report({ drift: [driftOf(port, seen.id)], seen: [seen], ...changes });
