/**
 * The certificate concern in one process: the real verbs of both halves over models of everything else, in a time
 * that only tests and pauses move.
 */
import type { Brain } from "../../shared/certificates/brain.ts";
import type { CertificateHand } from "../../shared/certificates/hand.ts";
import { renewCertificates } from "../../shared/certificates/renew.ts";
import type { RunReport } from "../../shared/certificates/report.ts";
import { linkDigest } from "../../shared/link/load.ts";
import type { Link } from "../../shared/link/schema.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { createLog, type Fields, type Level } from "../../shared/runtime/log.ts";
import { type ModelAuthority, modelAuthority } from "./authority.ts";
import { Calls } from "./calls.ts";
import { ModelClock } from "./clock.ts";
import { modelHand } from "./hand.ts";
import { type ModelJournal, modelJournal } from "./journal.ts";
import { linkWith } from "./link.ts";
import { type ModelUsage, modelUsage } from "./usage.ts";
import { type ModelVault, modelVault } from "./vault.ts";

/** 2026-11-21, a Saturday, 08:00 in UTC. */
export const START: Instant = 1_795_248_000;
/** As deployed (infra/certificates.ts). */
const TIME_LIMIT_MS = 120_000;

export type LogRecord = Fields & { readonly level: Level; readonly event: string };

export interface Model {
  readonly link: Link;
  readonly clock: ModelClock;
  readonly calls: Calls;
  readonly authority: ModelAuthority;
  readonly journal: ModelJournal;
  readonly usage: ModelUsage;
  /** Of the link's first bunny. */
  readonly vault: ModelVault;
  readonly vaults: ReadonlyMap<string, ModelVault>;
  readonly hand: CertificateHand;
  /** What both halves logged. */
  readonly records: readonly LogRecord[];
  readonly tokens: readonly string[];
  /** An invocation with so much time. */
  brain(timeLimitMs?: number): Brain;
  run(timeLimitMs?: number): Promise<RunReport>;
}

export interface ModelOptions {
  readonly link?: Link;
  /** The hand's own copy of the link, where it differs. */
  readonly handLink?: Link;
}

export async function createModel(options: ModelOptions = {}): Promise<Model> {
  const link = options.link ?? linkWith();
  const handLink = options.handLink ?? link;
  const clock = new ModelClock(START);
  const calls = new Calls(clock.advanceMs);
  const authority = await modelAuthority(calls, clock);
  const journal = modelJournal(calls);
  const usage = modelUsage(calls);
  const vaults = new Map(handLink.bunnies.map(({ name }) => [name, modelVault(calls, clock)]));
  const [vault] = vaults.values();
  if (vault === undefined) throw new Error("a link without a bunny");
  const records: LogRecord[] = [];
  const log = createLog((level, record) => records.push({ level, ...record }));
  const hand = { link: handLink, vaults, pinned: authority.pinned, clock: clock.now };
  const links = { brain: linkDigest(link), hand: linkDigest(handLink) };
  const wire = await modelHand({ calls, clock, log, hand, links });
  const brain = (timeLimitMs = TIME_LIMIT_MS): Brain => {
    const endsAtMs = clock.nowMs() + timeLimitMs;
    return {
      link,
      authority,
      journal,
      usage,
      log,
      clock: clock.now,
      hand: wire.hand,
      pause: async (ms) => clock.advanceMs(ms),
      remainingMs: () => endsAtMs - clock.nowMs(),
    };
  };
  const run = (timeLimitMs?: number) => renewCertificates(brain(timeLimitMs));
  const { tokens } = wire;
  return {
    link,
    clock,
    calls,
    authority,
    journal,
    usage,
    vault,
    vaults,
    hand,
    records,
    tokens,
    brain,
    run,
  };
}
