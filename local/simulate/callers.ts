/**
 * Who calls relay, and what it says of that (docs/workloads.md): bunny's pods, which it lets in or not, and strangers. What
 * a caller sends beside that, a path and a name, is put into the lines as well: none of it may ever be told.
 */
import type { AuthMemory } from "../../shared/auth-failures/memory.ts";
import { isSettled } from "../../shared/auth-failures/memory-parties.ts";
import { type Instant, toIso } from "../../shared/runtime/instant.ts";
import { isOwn, linesSince } from "./callers-truth.ts";
import type { FaultOf } from "./faults.ts";
import { CERTIFICATE } from "./link.ts";
import { type Answered, knownOf, type Pod } from "./workloads.ts";
import type { World } from "./world.ts";

/** Stands in each line of a stranger, where a careless relay would write what he sent. */
export const CALLERS_TEXT = "patient-4711";
/** A refusal of one connection is said again no sooner; and who is refused for long comes less often. */
const SAID_EVERY_SECONDS = 60;
const BACKED_OFF = { afterSeconds: 900, everySeconds: 300 } as const;
/**
 * relay says of a good caller each minute that it is let in. Only while somebody is refused does it make a difference, and
 * then it is said as often; else most of a month would be lines that say nothing new.
 */
const ACCEPTED_EVERY_SECONDS = 3_600;

/** Where bunny's pods call from, by their place. */
const podAddress = (index: number): string => `10.10.1.${index + 10}`;

/** What relay says of an answer to one of bunny's pods. */
export function sayOfPod(world: World, pod: Pod, answered: Answered): void {
  const { callers, clock, pods, authority } = world;
  const now = clock.now();
  const { replica, held, key } = answered;
  const reason = reasonOf(world, answered);
  const everySeconds = everySecondsOf(callers.memory.stands, reason, now);
  const { serial } = knownOf(held, authority.pinned);
  const what = `${replica} ${pod.key.name} ${reason} ${serial}`;
  if (callers.log.isLeapt || now < (callers.saidAt.get(what) ?? 0) + everySeconds) return;
  callers.saidAt.set(what, now);
  callers.claimed = serial;
  if (reason !== null) noteRefusal(world);
  const source = podAddress(pods.indexOf(pod));
  const message = messageOf(now, reason, {
    replica,
    clientCertificateSerial: serial,
    clientAddress: source,
    // The id of a key that it does not know relay cannot say.
    ...(key?.isAccepted === true ? { apiKeyId: key.id } : {}),
    ...(reason === null ? { identity: CERTIFICATE.identity.commonName } : {}),
  });
  callers.log.say({ at: now, stream: replica, who: "own", reason, source, serial, message });
}

/** Longer than any time that is leapt over. */
const REFUSED_AGAIN_SECONDS = 86_400;

function noteRefusal({ callers, clock }: World): void {
  const now = clock.now();
  const [last] = linesSince(callers.log, now - REFUSED_AGAIN_SECONDS, isOwn);
  if (last === undefined) callers.refusedSince = now;
}

function everySecondsOf({ own }: AuthMemory, reason: string | null, now: Instant): number {
  const firstAt = own.find(({ failures }) => failures.length > 0)?.firstAt ?? null;
  if (firstAt === null) return reason === null ? ACCEPTED_EVERY_SECONDS : SAID_EVERY_SECONDS;
  return now - firstAt < BACKED_OFF.afterSeconds ? SAID_EVERY_SECONDS : BACKED_OFF.everySeconds;
}

/** Why relay does not let it in; null: it does. */
function reasonOf({ authority, clock }: World, { held, key }: Answered): string | null {
  if (key !== null) return key.isAccepted ? null : "api-key-unknown";
  const { notAfter, serial } = knownOf(held, authority.pinned);
  if (notAfter <= clock.now()) return "expired";
  return authority.revoked.has(serial.toLowerCase()) ? "revoked" : "unknown-ca";
}

/** That bunny is not let in may last for weeks; all else that is told of callers is over by itself. */
export function isPassing({ callers: { memory, log }, clock }: World): boolean {
  const { own, callers, floods, scan, unread, late } = memory.stands;
  const isHeld = own.some((party) => party.failures.length > 0 && isSettled(party));
  const isRefused = () => linesSince(log, clock.now() - 2 * BACKED_OFF.everySeconds, isOwn).length > 0;
  return (
    floods.length > 0 ||
    [scan, unread, late].some((one) => one !== null) ||
    callers.some(({ failures }) => failures.length > 0) ||
    (isHeld && !isRefused())
  );
}

export interface Knocker {
  readonly fault: FaultOf<"knocking">;
  said: number;
}

/** Strangers, each as evenly over his time as he comes. */
export function knock(world: World): void {
  const { callers, clock } = world;
  const now = clock.now();
  for (const knocker of callers.knockers) {
    const { at, seconds, lines } = knocker.fault;
    const due = Math.min(lines, Math.ceil(((now - at) / Math.max(1, seconds)) * lines));
    for (; knocker.said < due; knocker.said += 1) knockOnce(world, knocker);
  }
  callers.knockers = callers.knockers.filter(({ fault, said }) => said < fault.lines);
}

function knockOnce({ callers, clock, replicas }: World, { fault, said }: Knocker): void {
  const now = clock.now();
  const { from, sources, reason } = fault;
  const source = sourceOf(fault, said % sources);
  const replica = replicas[said % Math.max(1, replicas.length)]?.name ?? "relay-0";
  const who = from === "near" ? "near" : "stranger";
  const serial = reason === "no-certificate" ? null : callers.claimed;
  const message = messageOf(now, reason, {
    replica,
    clientAddress: spelt(source, said),
    ...(serial === null ? {} : { clientCertificateSerial: serial }),
    identity: `${CALLERS_TEXT}.example.com`,
    path: `/jobs/1?id=${CALLERS_TEXT}`,
  });
  // A line that was cut off on its way is nobody's that can be told.
  const isCut = from === "cut-off";
  callers.log.say({
    at: now,
    stream: replica,
    who,
    reason: isCut ? "cut-off" : reason,
    source,
    serial,
    message: isCut ? message.slice(0, -20) : message,
  });
}

/** Of bunny's network, or of the networks that are kept for documentation (RFC 5737, RFC 3849). */
function sourceOf({ from, at }: FaultOf<"knocking">, index: number): string {
  if (from === "near") return `10.10.7.${1 + (index % 250)}`;
  return index % 3 === 1 ? `2001:db8::${(index + 1).toString(16)}` : `203.0.113.${1 + ((at + index) % 250)}`;
}

/** One address has many spellings, and is one caller. */
const spelt = (source: string, times: number): string =>
  times % 2 === 0 || source.includes(":") ? source : `::ffff:${source}`;

function messageOf(at: number, reason: string | null, fields: object): string {
  const [level, event] = reason === null ? ["info", "client.accepted"] : ["warn", "client.refused"];
  const said = { time: toIso(at), level, event, ...(reason === null ? {} : { reason }), ...fields };
  return JSON.stringify(said);
}
