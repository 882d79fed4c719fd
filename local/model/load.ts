/** Runs as the schedule has them until a crowd is renewed, and what each of them did. */
import { X509Certificate } from "node:crypto";
import { Serial } from "../../shared/certificates/schema.ts";
import type { Model } from "./brain.ts";
import { type Crowd, createCrowd, holderOf } from "./crowd.ts";
import { limit, throttles, weathers } from "./weather.ts";

export interface Load extends Crowd {
  /** The share of all calls that is throttled by chance. */
  readonly throttled: number;
  readonly timeLimitMs: number;
  readonly runsMax: number;
}

export interface LoadRun {
  readonly durationMs: number;
  readonly signed: number;
  /** From its first signature to its last one. */
  readonly signingMs: number;
  /** From its beginning to its last signature. */
  readonly untilSignedMs: number;
  readonly postponed: number;
  readonly trouble: readonly string[];
}

export interface LoadResult {
  readonly model: Model;
  readonly runs: readonly LoadRun[];
  readonly issueCalls: IssueCalls;
  /** The share of what the CA would have signed between the first signature of each run and its last one. */
  readonly quotaUsed: number;
  /** The same from the beginning of each run on: before its first signature, it looks at every certificate. */
  readonly quotaUsedFromStart: number;
  /** In the order in which they were first signed. */
  readonly order: readonly Signed[];
}

/**
 * Calls of `IssueCertificate`. A throttle is answered before the operation, so that a call which is throttled has no
 * effect and takes none of the quota: what is asked too much for is the number of those taken. As a tenth of all calls
 * is throttled by chance, a ninth more than are taken must reach the CA, whatever the caller does.
 */
export interface IssueCalls {
  readonly taken: number;
  /** With those that were throttled. */
  readonly reached: number;
}

export interface Signed {
  readonly certificate: string;
  readonly vault: string;
  /** The end of the version that was replaced. */
  readonly deadline: number;
}

const PERIOD_MS = 900_000;

/** The limits that are enforced here are the clouds' own, whatever the product takes them for. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const { model, deadlines } = await createCrowd(load);
  const inVault = holderOf(model.link);
  const tenSeconds = (most: number) => ({ most, withinMs: 10_000 });
  model.calls.weather = weathers(
    throttles(load.throttled, load.seed),
    limit("authority.issue", { most: load.issuePerSecond, withinMs: 1_000 }),
    // The older and stricter table: https://github.com/MicrosoftDocs/azure-docs/blob/main/includes/key-vault-limits.md
    limit("vault.create-request", tenSeconds(10), ({ target }) => inVault(target)),
    limit("vault.create-request", tenSeconds(50)),
  );
  const runs: LoadRun[] = [];
  const used = new Set<unknown>();
  while (runs.length < load.runsMax) {
    const startedMs = model.clock.nowMs();
    const run = await runOnce(model, load.timeLimitMs);
    runs.push(run);
    useAll(model, used);
    if (run.postponed === 0) break;
    model.clock.advanceMs(Math.max(0, startedMs + PERIOD_MS - model.clock.nowMs()));
  }
  const sum = (part: (run: LoadRun) => number) => runs.reduce((total, run) => total + part(run), 0);
  const signed = sum((run) => run.signed);
  return {
    model,
    runs,
    issueCalls: {
      taken: model.calls.taken.get("authority.issue") ?? 0,
      reached: model.calls.attempts.get("authority.issue") ?? 0,
    },
    quotaUsed: signed / ((sum(({ signingMs }) => signingMs) / 1_000) * load.issuePerSecond),
    quotaUsedFromStart: signed / ((sum(({ untilSignedMs }) => untilSignedMs) / 1_000) * load.issuePerSecond),
    order: orderOf(model, deadlines),
  };
}

async function runOnce(model: Model, timeLimitMs: number): Promise<LoadRun> {
  const { clock, authority } = model;
  const [startedMs, before] = [clock.nowMs(), authority.issues.length];
  const { outcomes, trouble } = await model.run(timeLimitMs);
  const signedAt = authority.issues.slice(before).map(({ at }) => at * 1_000);
  const [first = 0, last = 0] = [signedAt[0], signedAt.at(-1)];
  return {
    durationMs: clock.nowMs() - startedMs,
    signed: signedAt.length,
    signingMs: signedAt.length === 0 ? 0 : last - first + 1_000,
    untilSignedMs: signedAt.length === 0 ? 0 : last - startedMs + 1_000,
    postponed: outcomes.filter(({ outcome }) => outcome === "postponed" || outcome === "signing").length,
    trouble,
  };
}

/** The workloads load what is current before the next run. */
function useAll({ vaults, usage, clock }: Model, used: Set<unknown>): void {
  const entries = [...vaults.values()].flatMap((vault) => [...vault.entries.values()]);
  for (const current of entries.flatMap(({ versions }) => versions.at(-1) ?? [])) {
    if (used.has(current)) continue;
    used.add(current);
    usage.accept(Serial.parse(new X509Certificate(current.leaf).serialNumber), clock.now() + 60);
  }
}

function orderOf({ authority, journal, link }: Model, deadlines: ReadonlyMap<string, number>): Signed[] {
  const inVault = holderOf(link);
  const byCsr = new Map(
    [...journal.intents.values()].map((intent) => [intent.csrDigest, intent.certificate]),
  );
  const certificates = authority.issues.flatMap(({ csrDigest }) => byCsr.get(csrDigest) ?? []);
  return [...new Set(certificates)].map((certificate) => ({
    certificate,
    vault: inVault(certificate),
    deadline: deadlines.get(certificate) ?? 0,
  }));
}

/** The most places by which one was signed later than its deadline's rank among all of these. */
export function placesLate(order: readonly Signed[]): number {
  const ranks = new Map(
    order.toSorted((one, other) => one.deadline - other.deadline).map((one, rank) => [one, rank]),
  );
  return Math.max(0, ...order.map((one, place) => place - (ranks.get(one) ?? 0)));
}
