/** One certificate through an outage across the instant at which its renewal is due, run by run as the schedule has it. */
import { createModel, type Model, START } from "./brain.ts";
import type { CallName } from "./calls.ts";
import { isUsable } from "./checks.ts";
import { linkOf } from "./link.ts";
import { outage } from "./weather.ts";

export const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400] as const;
/** When the certificate of a link of one is renewed, as local/model/link.ts declares it. */
export const DUE = START + (7 * DAY * 2) / 3;

export const SERVICES = {
  "the CA": ["authority.observe", "authority.issue", "authority.read"],
  "the table": [
    "journal.read-standing",
    "journal.read-intent",
    "journal.read-intents",
    "journal.read-open-intents",
    "journal.intend",
    "journal.mark",
    "journal.mark-seen",
    "audit.record",
    "audit.read-outbox",
    "audit.file",
    "audit.history",
  ],
  STS: ["token"],
  "the Function": ["hand.observe", "hand.request", "hand.drop-request", "hand.merge"],
  "the vault": [
    "vault.read-certificate",
    "vault.read-request",
    "vault.read-policy",
    "vault.create-request",
    "vault.drop-request",
    "vault.merge",
  ],
} as const satisfies Readonly<Record<string, readonly CallName[]>>;

export type Service = keyof typeof SERVICES;
export const SERVICE_NAMES: readonly Service[] = ["the CA", "the table", "STS", "the Function", "the vault"];

export interface Outage {
  readonly services: readonly Service[];
  readonly seconds: number;
  /** This part of it is over when the run comes to which the renewal is due, */
  readonly part: number;
  /** unless it begins so much later: in the middle of that run, when its calls take long enough. */
  readonly laterSeconds: number;
  readonly callMs: number;
}

/** Seldom enough for a month of runs to be gone through quickly. */
export function periodOf(seconds: number): number {
  if (seconds <= HOUR) return 15 * MINUTE;
  return seconds <= DAY ? HOUR : 6 * HOUR;
}

export interface Healed {
  readonly model: Model;
  /** What a person heard of each run that began and ended while it lasted; "" when nothing. */
  readonly during: readonly string[];
  /** The certificate had ended before it was over. */
  readonly expired: boolean;
  /** What a person heard of the first run after it. */
  readonly after: string;
  /** From its end to the beginning of the run that renewed: no more than a period, when that is the first one. */
  readonly healedAfterSeconds: number;
}

const RUNS_AFTER_MAX = 10;

/** Goes through the schedule from the first issue until the certificate is renewed. Throws when that never happens. */
export async function goThrough({ services, seconds, part, laterSeconds, callMs }: Outage): Promise<Healed> {
  const period = periodOf(seconds);
  const link = linkOf({ bunny: [{}] }, { certificates: { checkEvery: `${period / MINUTE} minutes` } });
  const model = await createModel({ link });
  model.calls.durationOf = () => callMs;
  await model.run();
  useAll(model);
  const dueRun = START + Math.ceil((DUE - START) / period) * period;
  const from = Math.max(START + period, dueRun - Math.floor(seconds * part) + laterSeconds);
  const until = from + seconds;
  const calls = services.flatMap((service) => SERVICES[service]);
  model.calls.weather = outage(calls, from * 1_000, until * 1_000);

  const during: string[] = [];
  let at = dueRun - Math.floor((dueRun - from) / period) * period;
  for (; at < until; at += period) {
    model.clock.moveTo(at);
    const told = await tellRun(model);
    if (at >= from && model.clock.now() < until) during.push(told);
    useAll(model);
  }
  const expired = !isUsable(model);
  model.clock.moveTo(at);
  const after = await tellRun(model);
  for (let runs = 1; !isRenewed(model); runs += 1) {
    if (runs === RUNS_AFTER_MAX) throw new Error(`not renewed by ${runs} runs after the outage: ${after}`);
    at += period;
    model.clock.moveTo(at);
    await tellRun(model);
  }
  return { model, during, expired, after, healedAfterSeconds: at - until };
}

/** What is current was issued after the renewal had come due. */
function isRenewed(model: Model): boolean {
  const newest = model.vault.entries.get("bunny-client")?.versions.at(-1);
  return newest !== undefined && newest.createdAt >= DUE && isUsable(model);
}

/** bunny calls relay with what is current. */
export function useAll({ authority, usage, clock }: Model): void {
  for (const { serial } of authority.issues) usage.accept(serial, clock.now());
}

/** What a person hears of a run; "" when nothing. */
export async function tellRun(model: Model): Promise<string> {
  try {
    return (await model.run()).trouble.join("; ");
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}
