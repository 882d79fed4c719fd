/** Everything that a life happens in: both clouds, what is deployed in them, and the workloads. */

import type { IncidentEvent } from "../../shared/alerts/event.ts";
import type { KnownOwn } from "../../shared/auth-failures/observe.ts";
import { bunnyCertificates } from "../../shared/certificates/desired.ts";
import { placesOf } from "../../shared/certificates/hand.ts";
import type { Serial } from "../../shared/certificates/schema.ts";
import { InvariantError } from "../../shared/runtime/errors.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { createLog, type Log } from "../../shared/runtime/log.ts";
import { KeySecretModel } from "../model/api-key-secret.ts";
import { KeyVaultModel } from "../model/api-key-vault.ts";
import { KeyLogModel, KeyReplica } from "../model/api-key-workloads.ts";
import { modelAudit } from "../model/audit.ts";
import { modelAuthority } from "../model/authority.ts";
import { START } from "../model/brain.ts";
import { modelBus } from "../model/bus.ts";
import { modelChannel } from "../model/channel.ts";
import { modelIncidents } from "../model/incidents.ts";
import { modelJournal } from "../model/journal.ts";
import { modelUsage } from "../model/usage.ts";
import { modelVault } from "../model/vault.ts";
import type { Knocker } from "./callers.ts";
import { SimulatedCalls } from "./calls.ts";
import { allowlistClouds } from "./clouds/allowlists.ts";
import { modelAuthMemory } from "./clouds/auth-memory.ts";
import { simulatedHand } from "./clouds/hand.ts";
import { handRows } from "./clouds/hand-ports.ts";
import { keysTable } from "./clouds/keys-table.ts";
import { modelLease } from "./clouds/lease.ts";
import { RelayLog } from "./clouds/relay-log.ts";
import { tunnelClouds } from "./clouds/tunnel-clouds.ts";
import { seededCrypto } from "./crypto/signer.ts";
import { makeTemplates, type Templates } from "./crypto/templates.ts";
import { drawFrom } from "./draw.ts";
import { EventLog } from "./event-log.ts";
import type { Fault } from "./faults.ts";
import type { Wake } from "./functions/deployed.ts";
import { CERTIFICATE, link } from "./link.ts";
import type { Run } from "./runs.ts";
import { Timeline } from "./timeline.ts";
import { Weather } from "./weather.ts";
import type { Pod } from "./workloads.ts";

const CHANNEL = "C0123456789";
/** The platform's own limit for a call over HTTP. */
const HAND_LIMIT_MS = 230_000;
const HAND_TIMEOUT_MS = 30_000;
/** Somebody else's, in bunny's vault. */
export const FOREIGN = "somebody-elses";

export interface LifeOptions {
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** Each line of the event log is kept. */
  readonly isTraced: boolean;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

let templates: Promise<Templates> | undefined;

export async function createWorld({ seed, faults, isTraced }: LifeOptions) {
  const draw = drawFrom(seed);
  const timeline = new Timeline(START);
  const { clock } = timeline;
  const events = new EventLog(isTraced);
  const weather = new Weather(faults, draw.fork("weather"));
  const calls = new SimulatedCalls({ timeline, weather, events, draw: draw.fork("calls") });
  templates ??= makeTemplates(CERTIFICATE, START, caNotAfter());
  const { maker, signer } = seededCrypto(await templates, seed);
  const makeSigner = () => Promise.resolve(signer);
  const authority = await modelAuthority(calls, clock, link.certificateAuthority, undefined, makeSigner);
  authority.readsInProgress = 1;
  const vault = modelVault(calls, clock, maker);
  vault.storeSecretByHand(FOREIGN);
  const journal = modelJournal(calls, clock);
  const areApart = () => weather.is("deployment", clock.now()) !== undefined;
  const timeOut = () => timeline.sleep(HAND_TIMEOUT_MS);
  let handRuns = 0;
  const newRun = (): Run => {
    handRuns += 1;
    const skewSeconds = weather.skewSeconds(clock.now());
    return { name: `hand ${handRuns}`, endsAtMs: clock.nowMs() + HAND_LIMIT_MS, skewSeconds, dead: false };
  };
  const places = placesOf(bunnyCertificates(link), () => vault);
  const told: string[] = [];
  const log: Log = createLog((level, record) => told.push(JSON.stringify({ level, ...record })));
  const logged: string[] = [];
  const announced: IncidentEvent[] = [];
  const keyLog = new KeyLogModel();
  const incidents = modelIncidents(calls);
  const allowlists = await allowlistClouds({
    calls,
    timeline,
    weather,
    newRun,
    areApart,
    log,
    freeze: journal.freeze,
    draw: draw.fork("allowlists"),
    timeOut,
  });
  return {
    link,
    draw,
    timeline,
    clock,
    events,
    weather,
    calls,
    authority,
    vault,
    journal,
    areApart,
    allowlists,
    tunnels: tunnelClouds({
      calls,
      timeline,
      weather,
      newRun,
      areApart,
      log,
      freeze: journal.freeze,
      draw: draw.fork("tunnels"),
      timeOut,
      incidents,
      rows: handRows(calls, allowlists.rows),
    }),
    callers: {
      log: new RelayLog(),
      memory: modelAuthMemory(calls),
      draw: draw.fork("callers"),
      knockers: [] as Knocker[],
      /** A serial of bunny's, which strangers put into certificates of their own. */
      claimed: null as Serial | null,
      /** Since when relay does not let bunny's own in, as far as it has said. */
      refusedSince: null as Instant | null,
      /** What relay has said last of a caller. */
      saidAt: new Map<string, Instant>(),
      /** Kept by a host from one run to the next. */
      known: null as KnownOwn | null,
      /** Runs that have taken a batch of lines, and see no more than that. */
      batches: new WeakSet<Run>(),
      /** When the last look began that had no trouble. */
      lookedAt: null as Instant | null,
      functionLog: createLog((level, record) => {
        const text = JSON.stringify({ level, ...record });
        told.push(text);
        logged.push(text);
      }),
      /** What the function that reads of them has logged. */
      logged,
    },
    /** Events that have not started a function yet. */
    wakes: [] as Wake[],
    hand: simulatedHand({
      calls,
      newRun,
      areApart,
      hand: { places, pinned: authority.pinned, clock: clock.now },
      timeOut,
    }),
    audit: modelAudit(calls, clock),
    bus: modelBus(calls),
    incidents,
    channel: modelChannel(calls, CHANNEL),
    usage: modelUsage(calls),
    /** Where the bytes of new API keys come from. */
    keySource: draw.fork("keys"),
    keySecret: new KeySecretModel(clock.now, draw.fork("secret").chance(0.5)),
    keyVault: new KeyVaultModel(clock.now),
    keysTable: keysTable(calls, journal.freeze, incidents),
    lease: modelLease(calls, clock.now),
    keyLog,
    replicas: ["relay-0", "relay-1"].map((name) => new KeyReplica(name, keyLog, START)),
    pods: [] as Pod[],
    workDraw: draw.fork("work"),
    /** When relay has last said that a pod came with a serial. */
    said: new Map<string, Instant>(),
    log,
    /** What was said since it was last looked at: logs, and what was put on a bus. */
    told,
    announced,
    /** Incidents whose message a person has deleted. */
    removed: new Set<string>(),
    /** From when on a person has put keys out of the link's reach: then only our own writes are judged. */
    meddledAt: null as Instant | null,
  };
}

/** As the model's CA has it. */
function caNotAfter(): Instant {
  const { certificateAuthority } = link;
  if (!("lifetimeSeconds" in certificateAuthority))
    throw new InvariantError("the simulated link makes its CA");
  return START + certificateAuthority.lifetimeSeconds;
}
