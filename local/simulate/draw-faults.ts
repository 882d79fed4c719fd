/** What befalls a life of so many days. A third of it is calm at the least, so that there is something to be disturbed. */
import type { Instant } from "../../shared/runtime/instant.ts";
import type { Draw } from "./draw.ts";
import { ACTS, EFFECTS, type Effect, type Fault, SERVICES, type Service, WORKLOAD_ACTS } from "./faults.ts";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

export interface FaultsWanted {
  readonly start: Instant;
  readonly days: number;
}

type Place = { readonly at: Instant; readonly seconds: number };
type Maker = (draw: Draw, place: Place) => Fault;

/** What a seed draws of, each as often as its weight says. */
const MAKERS: readonly (readonly [number, Maker])[] = [
  [6, (draw, place) => ({ kind: "outage", ...place, services: drawServices(draw) })],
  [
    12,
    (draw, place) => ({
      kind: "storm",
      ...place,
      share: 0.05 + draw.next() * 0.3,
      effects: drawEffects(draw),
    }),
  ],
  [2, (draw, place) => ({ kind: "stale-reads", ...place, secondsAgo: draw.whole(1, 8) })],
  [2, (draw, place) => ({ kind: "late-log", ...place, delaySeconds: draw.whole(5, 25) })],
  [2, (draw, place) => ({ kind: "lost-events", ...place, share: draw.next() })],
  [3, (draw, place) => ({ kind: "double-events", ...place, share: draw.next() })],
  [2, (draw, place) => ({ kind: "late-events", ...place, secondsMax: draw.whole(5, 180) })],
  [2, (draw, place) => ({ kind: "clock-skew", ...place, bySeconds: draw.whole(-4, 4) })],
  [
    2,
    (draw, place) => ({
      kind: "tunnels-flap",
      ...place,
      seconds: Math.min(place.seconds, HOUR),
      periodSeconds: draw.whole(60, 1_200),
    }),
  ],
  [2, (_draw, place) => ({ kind: "freeze", ...place, seconds: Math.min(place.seconds, 12 * HOUR) })],
  [
    5,
    (draw, place) => ({ kind: "workload", ...place, act: draw.pick(WORKLOAD_ACTS), which: draw.whole(0, 3) }),
  ],
  [1, (draw, place) => ({ kind: "person", ...place, act: draw.pick(ACTS), which: draw.whole(0, 4) })],
  [3, (_draw, { at }) => ({ kind: "rotation-asked", at, seconds: 0 })],
];
const WEIGHTS = MAKERS.reduce((sum, [weight]) => sum + weight, 0);

export function drawFaults(draw: Draw, { start, days }: FaultsWanted): Fault[] {
  const clusters = draw.whole(1, Math.max(1, Math.round(days / 3)));
  const faults: Fault[] = [deployment(draw, start, days)];
  for (let cluster = 0; cluster < clusters; cluster += 1) {
    const isRenewal = draw.chance(0.4);
    const at = start + HOUR + (isRenewal ? drawRenewal(draw, days) : Math.floor(draw.next() * days * DAY));
    const count = draw.whole(1, 7);
    for (let index = 0; index < count; index += 1) faults.push(drawOne(draw, at));
    // A rotation is where most can go wrong: what befalls it comes while it is under way.
    if (draw.chance(0.6))
      faults.push({ kind: "rotation-asked", at: at + draw.whole(0, 20 * MINUTE), seconds: 0 });
  }
  return faults.toSorted((one, other) => one.at - other.at);
}

/** From the first issue to each renewal, when nothing delays one; an hour before. */
export const RENEWED_EVERY_SECONDS = 384_089;

const drawRenewal = (draw: Draw, days: number): number =>
  RENEWED_EVERY_SECONDS * draw.whole(1, Math.max(1, Math.floor((days * DAY) / RENEWED_EVERY_SECONDS))) -
  2 * HOUR +
  draw.whole(0, HOUR);

function drawOne(draw: Draw, around: Instant): Fault {
  const place = { at: around + draw.whole(0, 40 * MINUTE), seconds: drawSeconds(draw) };
  let left = draw.next() * WEIGHTS;
  for (const [weight, make] of MAKERS) {
    left -= weight;
    if (left < 0) return make(draw, place);
  }
  return { kind: "rotation-asked", at: place.at, seconds: 0 };
}

/** Mostly minutes; some are longer than a grace, a proof, or a night; few last for weeks. */
function drawSeconds(draw: Draw): number {
  const long = draw.next();
  if (long < 0.6) return draw.whole(MINUTE, 40 * MINUTE);
  if (long < 0.9) return draw.whole(HOUR / 2, 8 * HOUR);
  if (long < 0.98) return draw.whole(8 * HOUR, 2 * DAY);
  return draw.whole(2 * DAY, 12 * DAY);
}

const AWS: readonly Service[] = ["private-ca", "table", "bus", "logs", "secrets", "ec2"];
const AZURE: readonly Service[] = ["function-app", "key-vault", "arm"];

function drawServices(draw: Draw): readonly Service[] {
  const many = draw.next();
  if (many < 0.1) return AWS;
  if (many < 0.25) return AZURE;
  return [draw.pick(SERVICES)];
}

function drawEffects(draw: Draw): readonly [Effect, ...Effect[]] {
  if (draw.chance(0.4)) return EFFECTS;
  return [draw.pick(EFFECTS), draw.pick(EFFECTS)];
}

/** Halfway through the life. */
const deployment = (draw: Draw, start: Instant, days: number): Fault => ({
  kind: "deployment",
  at: start + Math.floor((days * DAY) / 2) + draw.whole(0, HOUR),
  seconds: draw.whole(MINUTE, 2 * HOUR),
});
