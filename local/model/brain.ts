/**
 * The certificate concern in one process: the real verbs of both halves over models of everything else, in a time
 * that only tests and pauses move.
 */
import type { IncidentEvent } from "../../shared/alerts/event.ts";
import { reportConditions } from "../../shared/alerts/report-conditions.ts";
import type { Brain } from "../../shared/certificates/brain.ts";
import { bunnyCertificates } from "../../shared/certificates/desired.ts";
import { type CertificateHand, placesOf } from "../../shared/certificates/hand.ts";
import { renewCertificates } from "../../shared/certificates/renew.ts";
import type { RunReport } from "../../shared/certificates/report.ts";
import { linkDigest } from "../../shared/link/load.ts";
import type { Link } from "../../shared/link/schema.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { createLog, type Fields, type Level } from "../../shared/runtime/log.ts";
import { createPace } from "../../shared/runtime/pace.ts";
import { type ModelAudit, modelAudit } from "./audit.ts";
import { type ModelAuthority, modelAuthority } from "./authority.ts";
import { type ModelBus, modelBus } from "./bus.ts";
import { Calls } from "./calls.ts";
import { ModelClock } from "./clock.ts";
import { type Deployed, modelHand } from "./hand.ts";
import { type ModelIncidents, modelIncidents } from "./incidents.ts";
import { type ModelJournal, modelJournal } from "./journal.ts";
import { linkWith } from "./link.ts";
import { type ModelRows, modelRows } from "./rows.ts";
import { type ModelUsage, modelUsage } from "./usage.ts";
import { type ModelVault, modelVault } from "./vault.ts";

/** 2026-11-21, a Saturday, 08:00 in UTC. */
export const START: Instant = 1_795_248_000;
/** As deployed (infra/concern-function.ts). */
export const TIME_LIMIT_MS = 300_000;

export type LogRecord = Fields & { readonly level: Level; readonly event: string };

export interface Model {
  readonly link: Link;
  readonly clock: ModelClock;
  readonly calls: Calls;
  readonly authority: ModelAuthority;
  readonly journal: ModelJournal;
  readonly audit: ModelAudit;
  readonly bus: ModelBus;
  readonly incidents: ModelIncidents;
  readonly usage: ModelUsage;
  /** Of the link's first bunny. */
  readonly vault: ModelVault;
  readonly vaults: ReadonlyMap<string, ModelVault>;
  readonly hand: CertificateHand;
  /** The hand's own table. */
  readonly rows: ModelRows;
  readonly deployed: Deployed;
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
  /** Another link's, of the same account: its CA and its time are shared. */
  readonly beside?: Model;
  /** No other function brings the hand a freeze, and collects its notes. Default: false. */
  readonly sweeps?: boolean;
}

export async function createModel(options: ModelOptions = {}): Promise<Model> {
  const link = options.link ?? linkWith();
  const handLink = options.handLink ?? link;
  const clock = options.beside?.clock ?? new ModelClock(START);
  const calls = options.beside?.calls ?? new Calls(clock);
  const authority =
    options.beside?.authority ?? (await modelAuthority(calls, clock, link.certificateAuthority));
  const journal = modelJournal(calls, clock);
  const audit = modelAudit(calls, clock);
  const bus = modelBus(calls);
  const incidents = modelIncidents(calls);
  const rows = modelRows();
  const usage = modelUsage(calls);
  const vaults = new Map(handLink.bunnies.map(({ name }) => [name, modelVault(calls, clock)]));
  const [vault] = vaults.values();
  if (vault === undefined) throw new Error("a link without a bunny");
  const records: LogRecord[] = [];
  const log = createLog((level, record) => records.push({ level, ...record }));
  const places = placesOf(bunnyCertificates(handLink), (bunny) => vaults.get(bunny));
  const hand = { places, pinned: authority.pinned, clock: clock.now };
  const deployed = { brain: linkDigest(link), hand: linkDigest(handLink), handIsOlder: false };
  const wire = await modelHand({ calls, clock, log, hand, rows, deployed });
  const alerts = {
    ...{ link: link.name, messenger: false, store: incidents, clock: clock.now, log },
    bus: incidentsBus(calls),
  };
  const pace = createPace(clock.nowMs);
  let invocations = 0;
  const brain = (timeLimitMs = TIME_LIMIT_MS): Brain => {
    invocations += 1;
    const endsAtMs = clock.nowMs() + timeLimitMs;
    return {
      link,
      certificates: bunnyCertificates(link),
      pace,
      authority,
      journal,
      audit,
      bus,
      usage,
      concern: "certificates",
      tell: (report) => reportConditions(alerts, report),
      ...(options.sweeps === true ? { sweeps: { hand: wire.hand, freezes: journal.freeze } } : {}),
      invocation: { actor: "renew-certificates", requestId: `invocation-${invocations}` },
      log,
      clock: clock.now,
      hand: wire.hand,
      pause: clock.sleep,
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
    audit,
    bus,
    incidents,
    usage,
    vault,
    vaults,
    hand,
    rows,
    deployed,
    records,
    tokens,
    brain,
    run,
  };
}

/** Takes whatever it is told. */
const incidentsBus = (calls: Calls) => ({
  tell: (events: readonly IncidentEvent[]) =>
    calls.perform("incidents.announce", "", () => ({ ids: new Set(events.map(({ id }) => id)), code: null })),
});
