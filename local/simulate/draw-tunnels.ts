/**
 * What befalls the tunnels of a life: they break and flap, hang until they are mended, are maintained, and given other keys
 * by people; mostly while a key is being replaced, while the other tunnel is in trouble too, or while nobody may do
 * anything about it. Drawn apart from all else, so that neither changes the other.
 */
import type { Instant } from "../../shared/runtime/instant.ts";
import type { Draw } from "./draw.ts";
import type { FaultsWanted } from "./draw-faults.ts";
import { AIMED_CALLS, EFFECTS, type Fault, GROUP_SERVICES, KEY_ENDS, SECRET_ACTS } from "./faults.ts";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** A rotation is over within it, when nothing holds it up. */
const ROTATION_SECONDS = 45 * MINUTE;

interface Place {
  readonly at: Instant;
  readonly seconds: number;
  /** By its number. */
  readonly tunnel: number;
}
type Maker = (draw: Draw, place: Place) => Fault;
type Makers = readonly [Maker, ...Maker[]];

/** What is wrong with a tunnel, for a time, or until somebody does something about it. */
const HURTS: Makers = [
  (draw, place) => ({ kind: "tunnels-flap", ...place, periodSeconds: draw.whole(120, 1_200) }),
  // It is down for all of that time.
  (_draw, place) => ({ kind: "tunnels-flap", ...place, periodSeconds: 2 * place.seconds }),
  (draw, { at, tunnel }) => ({
    kind: "tunnel-stuck",
    at,
    seconds: 0,
    tunnel,
    mendedBy: draw.pick(["reset-azure", "replace-aws"] as const),
  }),
  (draw, { at, tunnel }) => ({ kind: "tunnel-key", at, seconds: 0, tunnel, end: draw.pick(KEY_ENDS) }),
  (draw, { at, tunnel }) => ({
    kind: "maintenance",
    at,
    seconds: draw.pick([0, 0, draw.whole(HOUR, 8 * HOUR)] as const),
    tunnel,
  }),
];

/** What keeps whoever looks after them from doing so, or from knowing. */
const HINDRANCES: Makers = [
  (draw, { at, seconds }) => ({ kind: "outage", at, seconds, services: [draw.pick(GROUP_SERVICES)] }),
  (_draw, { at, seconds }) => ({ kind: "freeze", at, seconds }),
  (_draw, { at, seconds }) => ({ kind: "double-events", at, seconds, share: 1 }),
  (draw, { at, seconds }) => ({ kind: "stale-reads", at, seconds, secondsAgo: draw.whole(1, 8) }),
  (draw, { at, seconds }) => ({ kind: "puts-ignored", at, seconds, share: 0.3 + draw.next() * 0.7 }),
  (draw, { at, seconds }) => ({
    kind: "storm",
    at,
    seconds,
    share: 0.05 + draw.next() * 0.2,
    effects: EFFECTS,
  }),
  (draw, { at, seconds }) => ({
    kind: "aimed",
    at,
    seconds,
    call: draw.pick(AIMED_CALLS.tunnels),
    effect: draw.pick(EFFECTS),
    times: draw.whole(1, 3),
  }),
];

const EDITS: Makers = [
  (draw, { at, tunnel }) => ({ kind: "tunnel-secret", at, seconds: 0, tunnel, act: draw.pick(SECRET_ACTS) }),
];

/** `faults`: what is drawn already, among which it often is. */
export function drawTunnels(draw: Draw, faults: readonly Fault[], { start, days }: FaultsWanted): Fault[] {
  const rows = draw.whole(1, Math.max(2, Math.round(days / 5)));
  return Array.from({ length: rows }, () => {
    const among = faults[draw.whole(0, Math.max(0, faults.length - 1))];
    const alone = start + HOUR + Math.floor(draw.next() * days * DAY);
    const at = among !== undefined && draw.chance(0.4) ? among.at : alone;
    return draw.chance(0.5) ? drawRotation(draw, at) : drawTrouble(draw, at);
  }).flat();
}

/** A person asks for a new key, and something comes between. */
function drawRotation(draw: Draw, at: Instant): Fault[] {
  const tunnel = draw.whole(0, 1);
  const others = Array.from({ length: draw.whole(0, 2) }, () => {
    const makers = draw.pick([HURTS, HINDRANCES, HINDRANCES, EDITS] as const);
    return drawOne(draw, makers, at + draw.whole(0, ROTATION_SECONDS), draw.whole(0, 1));
  });
  return [{ kind: "tunnel-rotation-asked", at, seconds: 0, tunnel }, ...others];
}

/** One tunnel is hurt; and, mostly from a little earlier or later, the other one too, or something stands in the way. */
function drawTrouble(draw: Draw, at: Instant): Fault[] {
  const tunnel = draw.whole(0, 1);
  const nearby = at + draw.whole(-10 * MINUTE, 10 * MINUTE);
  const makers = draw.pick([HURTS, HINDRANCES, HINDRANCES] as const);
  const hurt = drawOne(draw, HURTS, at, tunnel);
  return draw.chance(0.8) ? [hurt, drawOne(draw, makers, nearby, 1 - tunnel)] : [hurt];
}

function drawOne(draw: Draw, makers: Makers, at: Instant, tunnel: number): Fault {
  const seconds = draw.whole(MINUTE, draw.pick([15 * MINUTE, HOUR, HOUR] as const));
  return draw.pick(makers)(draw, { at, seconds, tunnel });
}
