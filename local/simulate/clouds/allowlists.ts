/** The allowlists of both clouds in a life: the groups, what is kept of them, and the hand that looks after Azure's. */
import { scopeOf } from "../../../shared/allowlists/agreed.ts";
import { NO_MEMORY } from "../../../shared/allowlists/memory.ts";
import { writeConsent } from "../../../shared/allowlists/nsg-consent.ts";
import type { AllowlistGroup } from "../../../shared/allowlists/schema.ts";
import type { Kept } from "../../../shared/allowlists/standing.ts";
import { modelAllowlistMemory } from "../../model/allowlist-memory.ts";
import { modelStanding } from "../../model/allowlists.ts";
import type { ModelFreeze } from "../../model/freeze.ts";
import { modelNsg } from "../../model/network-security-groups.ts";
import { modelRows } from "../../model/rows.ts";
import { modelSecurityGroups } from "../../model/security-groups.ts";
import { ALLOWLISTS, NODES, NSG_ID, RELAY } from "../groups.ts";
import { FOREIGN_GROUP, RELAY_GROUP } from "../groups-input.ts";
import { link } from "../link.ts";
import type { Weather } from "../weather.ts";
import { type AllowlistHandOptions, allowlistHand } from "./allowlist-hand.ts";
import { handGroups, handRows } from "./hand-ports.ts";
import { NODES_RULES } from "./nodes-rules.ts";

/** Under which the hand changes NSGs. */
const HAND_IDENTITY = "0a000000-0000-4000-8000-00000000000a";
/** How often a group is read until a write has ended, at most. */
const READS_TO_END_MAX = 2;

export interface AllowlistCloudsOptions extends Omit<AllowlistHandOptions, "hand" | "rows" | "ownIdentity"> {
  readonly weather: Weather;
  readonly freeze: ModelFreeze;
}

export async function allowlistClouds(options: AllowlistCloudsOptions) {
  const { calls, timeline, weather, draw, freeze } = options;
  const { clock, sleep } = timeline;
  const securityGroups = modelSecurityGroups(calls, clock.nowMs);
  securityGroups.misses = () => weather.is("stale-reads", clock.now()) !== undefined && draw.chance(0.5);
  securityGroups.groups.set(RELAY_GROUP, observed(RELAY.rules));
  securityGroups.groups.set(FOREIGN_GROUP, observed(RELAY.rules));
  const nsg = modelNsg({
    id: NSG_ID,
    rules: NODES_RULES,
    readsToEnd: () => draw.whole(0, READS_TO_END_MAX),
  });
  const rows = modelRows();
  await writeConsent(rows, NODES.name, agreedTo(NODES), null);
  const memory = { stands: NO_MEMORY };
  const kept = new Map<string, Kept | "unreadable">([[RELAY.name, { ...agreedTo(RELAY), version: 1 }]]);
  const { hand, hear } = allowlistHand({
    ...options,
    rows: handRows(calls, rows),
    ownIdentity: HAND_IDENTITY,
    hand: {
      link: link.name,
      shrinkMax: ALLOWLISTS.shrinkMax,
      places: new Map([[NODES.name, { desired: NODES, id: NSG_ID }]]),
      groups: handGroups(calls, nsg),
      pause: sleep,
    },
  });
  return {
    securityGroups,
    nsg,
    rows,
    memory,
    kept,
    hand,
    hear,
    memoryStore: modelAllowlistMemory(calls, memory),
    standing: modelStanding(calls, { kept, memory, freeze }),
    /** When a person last changed each group by hand. */
    editedAtMs: { relay: Number.NEGATIVE_INFINITY, nodes: Number.NEGATIVE_INFINITY },
  };
}

const observed = (rules: typeof RELAY.rules) =>
  rules.map((rule, index) => ({ id: `sgr-first-${index}`, rule, marked: true }));

const agreedTo = (group: AllowlistGroup) => ({
  lastApplied: [...group.rules],
  accepted: null,
  unseenSince: null,
  scope: scopeOf(group),
});
