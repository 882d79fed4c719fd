/** What the faults of a life come to at each moment: for a call, a schedule, a clock, a read. */
import type { Instant } from "../../shared/runtime/instant.ts";
import type { CallName } from "../model/calls.ts";
import type { Draw } from "./draw.ts";
import { type Effect, type Fault, type FaultKind, type FaultOf, isAt, type Service } from "./faults.ts";

/** Which service answers a call, by the first part of its name; a token is always had. */
const SERVICE_OF: Readonly<Record<string, Service>> = {
  authority: "private-ca",
  bus: "bus",
  wakes: "bus",
  usage: "logs",
  "relay-log": "logs",
  secret: "secrets",
  hand: "function-app",
  vault: "key-vault",
  messenger: "slack",
  groups: "ec2",
  nsg: "arm",
  rows: "function-app",
  tunnels: "ec2",
  "tunnel-keys": "ec2",
  "tunnel-secret": "secrets",
  connections: "arm",
  "connection-keys": "arm",
};

/** Asked for with each call. */
const services = new Map<CallName, Service>();

export function serviceOf(name: CallName): Service {
  const known = services.get(name) ?? SERVICE_OF[name.split(".", 1).join()] ?? "table";
  services.set(name, known);
  return known;
}

/** Without any of these, no certificate is renewed. */
const NEEDED: readonly Service[] = ["private-ca", "table", "function-app", "key-vault"];

export class Weather {
  #faults: readonly Fault[];
  readonly #draw: Draw;
  /** By kind: how often each has struck. */
  readonly struck = new Map<string, number>();
  /** How often each aimed fault has struck. */
  readonly #spent = new Map<Fault, number>();
  #active: readonly Fault[] = [];
  #activeAt = -1;

  constructor(faults: readonly Fault[], draw: Draw) {
    this.#faults = faults;
    this.#draw = draw;
  }

  is<Kind extends FaultKind>(kind: Kind, now: Instant): FaultOf<Kind> | undefined {
    return this.#at(now).find((fault): fault is FaultOf<Kind> => fault.kind === kind);
  }

  isAway(service: Service, now: Instant): boolean {
    return this.#at(now).some((fault) => fault.kind === "outage" && fault.services.includes(service));
  }

  /** What becomes of this call; undefined when nothing special does. */
  strike(name: CallName, now: Instant): Effect | "away" | undefined {
    if (this.isAway(serviceOf(name), now)) return this.#counted("away");
    const aimed = this.#unspent(this.#all("aimed", now), name);
    if (aimed !== undefined) return this.#counted(aimed.effect);
    const storm = this.is("storm", now);
    if (storm === undefined || !this.#draw.chance(storm.share)) return undefined;
    return this.#counted(this.#draw.pick(storm.effects));
  }

  /** What a person does a moment before this call; once. */
  foreseen(name: CallName, now: Instant): FaultOf<"foreseen"> | undefined {
    const fault = this.#unspent(this.#all("foreseen", now), name);
    if (fault !== undefined) this.#counted("foreseen");
    return fault;
  }

  /** When the starts of a run that is due now happen, in seconds from now. */
  startsOf(now: Instant): readonly number[] {
    const lost = this.is("lost-events", now);
    if (lost !== undefined && this.#draw.chance(lost.share)) return this.#none();
    const late = this.is("late-events", now);
    const first = late === undefined ? 0 : this.#draw.whole(0, late.secondsMax);
    if (first > 0) this.#counted("late-event");
    const double = this.is("double-events", now);
    if (double === undefined || !this.#draw.chance(double.share)) return [first];
    this.#counted("double-event");
    return [first, first + this.#draw.whole(0, 2)];
  }

  skewSeconds(now: Instant): number {
    const skew = this.is("clock-skew", now);
    if (skew === undefined) return 0;
    this.#counted("clock-skew");
    return this.#draw.whole(Math.min(0, skew.bySeconds), Math.max(0, skew.bySeconds));
  }

  staleSeconds(now: Instant): number {
    const stale = this.is("stale-reads", now);
    if (stale === undefined) return 0;
    this.#counted("stale-read");
    return this.#draw.whole(0, stale.secondsAgo);
  }

  /** Something may become of this call. */
  mayStrike(name: CallName, now: Instant): boolean {
    return this.isAway(serviceOf(name), now) || this.is("storm", now) !== undefined;
  }

  /** Until when something between the clouds keeps this tunnel down; null when nothing does. */
  brokenUntil(tunnel: number, now: Instant): Instant | null {
    const ends = this.#all("tunnels-flap", now).flatMap((flap) => {
      const { at, seconds, periodSeconds } = flap;
      const halfEnds = now - ((now - at) % periodSeconds) + Math.ceil(periodSeconds / 2);
      return (flap.tunnel ?? tunnel) === tunnel && now < halfEnds ? [Math.min(halfEnds, at + seconds)] : [];
    });
    return ends.length === 0 ? null : Math.max(...ends);
  }

  /** For how long within these times no certificate could have been renewed, whoever tried. */
  blockedSeconds(from: Instant, until: Instant): number {
    const spans = this.#faults
      .filter(isBlocking)
      .map(({ at, seconds }) => [Math.max(from, at), Math.min(until, at + seconds)] as const)
      .toSorted(([one], [other]) => one - other);
    let blocked = 0;
    let reached = from;
    for (const [begins, ends] of spans) {
      blocked += Math.max(0, ends - Math.max(begins, reached));
      reached = Math.max(reached, ends);
    }
    return blocked;
  }

  /** From now on no fault begins any more. */
  calmDown(now: Instant): void {
    this.#faults = this.#faults.filter(({ at }) => at <= now);
  }

  /** The next moment from which on something is another way. */
  nextChangeAfter(now: Instant): Instant {
    let next = Number.POSITIVE_INFINITY;
    for (const { at, seconds } of this.#faults) {
      if (at > now) next = Math.min(next, at);
      if (at + seconds > now) next = Math.min(next, at + seconds);
    }
    return next;
  }

  #at(now: Instant): readonly Fault[] {
    if (now !== this.#activeAt) {
      this.#activeAt = now;
      this.#active = this.#faults.filter((fault) => isAt(fault, now));
    }
    return this.#active;
  }

  /** The first that is not spent: each strikes so many times. */
  #unspent<F extends FaultOf<"aimed" | "foreseen">>(aimed: readonly F[], name: CallName): F | undefined {
    const timesOf = (fault: FaultOf<"aimed" | "foreseen">) => (fault.kind === "aimed" ? fault.times : 1);
    const found = aimed.find(
      (fault) => fault.call === name && (this.#spent.get(fault) ?? 0) < timesOf(fault),
    );
    if (found !== undefined) this.#spent.set(found, (this.#spent.get(found) ?? 0) + 1);
    return found;
  }

  #all<Kind extends FaultKind>(kind: Kind, now: Instant): FaultOf<Kind>[] {
    return this.#at(now).filter((fault): fault is FaultOf<Kind> => fault.kind === kind);
  }

  #none(): readonly number[] {
    this.#counted("lost-event");
    return [];
  }

  #counted<What extends string>(what: What): What {
    this.struck.set(what, (this.struck.get(what) ?? 0) + 1);
    return what;
  }
}

function isBlocking(fault: Fault): boolean {
  if (fault.kind === "outage") return fault.services.some((service) => NEEDED.includes(service));
  if (fault.kind === "lost-events") return fault.share > 0.8;
  return fault.kind === "freeze" || fault.kind === "deployment" || fault.kind === "storm";
}
