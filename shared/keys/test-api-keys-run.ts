/** The API key of a link of one, over the model of both clouds; the table, the lease and the freeze are in memory. */
import { createAlertsModel } from "../../local/model/alerts.ts";
import { servedWorld } from "../../local/model/api-key-days.ts";
import { type KeyWorld, TICK_SECONDS } from "../../local/model/api-keys.ts";
import { linkWith } from "../../local/testing/links.ts";
import type { Report } from "../alerts/plan.ts";
import { type Freeze, NEVER_FROZEN } from "../freeze/schema.ts";
import type { NewChange } from "../journal/change.ts";
import { parseLink } from "../link/load.ts";
import { CloudError } from "../runtime/errors.ts";
import { createLog } from "../runtime/log.ts";
import type { ApiKeysBrain } from "./api-keys-brain.ts";
import { rotateApiKeys } from "./api-keys-run.ts";
import type { KeptKey } from "./api-keys-standing.ts";

export const NAME = "bunny-relay";

export const link = parseLink(
  linkWith({
    "relay.readers": ["arn:aws:iam::123456789012:role/relay"],
    "bunnies[0].apiKeys": [{ name: NAME, grace: "30 minutes" }],
  }),
);

export function openRun(world: KeyWorld) {
  const kept = new Map<string, KeptKey>();
  const asked = new Map<string, number>();
  const reports: Report[] = [];
  const records: Record<string, unknown>[] = [];
  const calls: string[] = [];
  const changes: NewChange[] = [];
  const state: {
    freeze: Freeze;
    heldBy: string | null;
    remainingMs: number;
    isTableAway: boolean;
    isAuditAway: boolean;
    isAlertsAway: boolean;
  } = {
    freeze: NEVER_FROZEN,
    heldBy: null,
    remainingMs: 120_000,
    isTableAway: false,
    isAuditAway: false,
    isAlertsAway: false,
  };
  const { secret, vault, relayLog, random } = world.rotation();
  const alerts = createAlertsModel();
  const openIncidents = () =>
    [...alerts.store.standing.values()].flatMap(({ key, state }) => (state === "open" ? [key] : []));
  const brain: ApiKeysBrain = {
    link,
    keys: [{ bunny: "bunny", desired: world.desired }],
    secretOf: () => secret,
    vaultOf: () => vault,
    relayLog,
    random,
    store: {
      read: async () => {
        calls.push("read");
        const incidents = [...alerts.store.standing.values()];
        return { freeze: state.freeze, asked: new Map(asked), kept: new Map(kept), incidents };
      },
      keep: async (name, before, next) => {
        calls.push("keep");
        if (state.isTableAway) throw away("PutItem");
        if ((kept.get(name)?.version ?? null) !== (before?.version ?? null)) return null;
        const written = { ...next, version: (before?.version ?? 0) + 1 };
        kept.set(name, written);
        return written;
      },
      ask: async (name, at) => void asked.set(name, at),
      settle: async (name, at) => {
        if (asked.get(name) === at) asked.delete(name);
      },
    },
    lease: {
      acquire: async () => {
        calls.push("acquire");
        return state.heldBy === null ? { fence: 1 } : { holder: state.heldBy, until: world.now + 60 };
      },
      check: async () => true,
      release: async () => void calls.push("release"),
    },
    freezes: { read: async () => state.freeze },
    tell: async (report) => {
      if (state.isAlertsAway) throw away("Query");
      reports.push(report);
      return await alerts.report(report);
    },
    log: createLog((level, record) => records.push({ level, ...record })),
    clock: () => world.now,
    invocation: { actor: "warrener-test-rotate-api-keys", requestId: "run-1" },
    audit: {
      record: async (change) => {
        if (state.isAuditAway) throw away("PutItem");
        changes.push(change);
      },
    },
    remainingMs: () => state.remainingMs,
  };
  return { brain, state, kept, asked, reports, records, calls, changes, openIncidents };
}

export const away = (operation: string): CloudError =>
  new CloudError({ provider: "aws", operation, target: "t", code: "unreachable", retryable: true });

/** relay and bunny go on by themselves. */
export function pass(world: KeyWorld, seconds: number): void {
  for (let passed = 0; passed < seconds; passed += TICK_SECONDS) world.tick();
}

/** In order, and looked at for the first time. */
export async function served() {
  const world = await servedWorld();
  const run = openRun(world);
  await rotateApiKeys(run.brain);
  world.calls.made.length = 0;
  run.calls.length = 0;
  run.records.length = 0;
  return { world, ...run };
}
export type Served = Awaited<ReturnType<typeof served>>;

/** So many minutes, each with a run; gives what was done in them. */
export async function runFor({ world, brain, records }: Served, minutes: number): Promise<unknown[]> {
  const first = records.length;
  for (let minute = 0; minute < minutes; minute += 1) {
    await rotateApiKeys(brain);
    pass(world, 60);
  }
  return records
    .slice(first)
    .flatMap(({ event, outcome, step }) => (event === "api-key.planned" && outcome === "done" ? [step] : []));
}
