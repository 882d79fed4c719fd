/** The hand with one NSG in memory, for tests of its verbs. */
import { type ModelNsgOptions, type ModelRule, modelNsg } from "../../local/model/network-security-groups.ts";
import { modelRows } from "../../local/model/rows.ts";
import { collectNotes } from "../notes/hand.ts";
import { createLog } from "../runtime/log.ts";
import { scopeOf } from "./agreed.ts";
import { wishDigest } from "./consent.ts";
import { writeConsent } from "./nsg-consent.ts";
import type { NsgCall, NsgHand } from "./nsg-heal-group.ts";
import type { AzureGroup, Rule } from "./schema.ts";
import type { Body } from "./test-nsg.ts";
import { groupOf, NOW } from "./test-nsg-plan.ts";

export const ID = "/nsgs/bunny";
export const armRule = (name: string, priority: number, more: Partial<Body> = {}): ModelRule => ({
  name,
  properties: {
    direction: "Inbound",
    access: "Allow",
    priority,
    protocol: "Tcp",
    sourceAddressPrefix: "10.10.1.0/24",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
    destinationPortRange: "443",
    ...more,
  },
});
export const GOOD = armRule("allow-bunny", 200);
export const SSH = armRule("ssh", 300, { sourceAddressPrefix: "*", destinationPortRange: "22" });
export const END = armRule("end", 4_096, {
  access: "Deny",
  protocol: "*",
  sourceAddressPrefix: "*",
  destinationPortRange: "*",
});

interface Given extends Partial<Omit<ModelNsgOptions, "id">> {
  readonly desired?: Partial<AzureGroup>;
  readonly shrinkMax?: number;
  /** Null: the group is met for the first time. */
  readonly lastApplied?: readonly Rule[] | null;
}

export async function openNsgHand({
  desired: change = {},
  shrinkMax = 0,
  lastApplied,
  ...options
}: Given = {}) {
  const desired = groupOf(change);
  const nsg = modelNsg({ id: ID, rules: [GOOD, END], ...options });
  const rows = modelRows();
  const records: Record<string, unknown>[] = [];
  const log = createLog((level, record) => records.push({ level, ...record }));
  const time = { now: NOW, leftMs: 60_000 };
  let notes = 0;
  const random = () => {
    notes += 1;
    return notes.toString(16).padStart(8, "0");
  };
  const keeper = { rows, log, clock: () => time.now, random };
  const call: NsgCall = { keeper, invocation: "f-1", remainingMs: () => time.leftMs };
  const hand: NsgHand = {
    link: "lab",
    shrinkMax,
    places: new Map([["bunny", { desired, id: ID }]]),
    groups: nsg,
    pause: async (ms) => {
      time.leftMs -= ms;
    },
  };
  const last = lastApplied === undefined ? [...desired.rules] : lastApplied;
  const agreed = { lastApplied: last, accepted: null, unseenSince: null, scope: scopeOf(desired) };
  if (last !== null) await writeConsent(rows, "bunny", agreed, null);
  return {
    nsg,
    rows,
    records,
    time,
    keeper,
    call,
    hand,
    desired,
    wish: wishDigest(desired),
    names: () => nsg.rules.map(({ name }) => name).sort(),
    writes: () => nsg.calls.filter((one) => one !== "read"),
    notes: async () => (await collectNotes({ rows, log }, { after: null })).notes,
  };
}
