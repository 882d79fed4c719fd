/**
 * What befalls a life at its worst moments: the next call of a kind goes wrong, or a person is a moment ahead of it, while
 * a key or a certificate changes or an incident is told; and a schedule starts everything twice just then. Drawn apart
 * from all else, so that neither changes the other.
 */
import type { Instant } from "../../shared/runtime/instant.ts";
import type { Draw } from "./draw.ts";
import { type FaultsWanted, RENEWED_EVERY_SECONDS } from "./draw-faults.ts";
import { AIMED_CALLS, EFFECTS, type Effect, type Fault, KEY_ACTS, type Moment } from "./faults.ts";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** A rotation has its push and its promotion within, a renewal its merge. */
const WINDOW_SECONDS = 2 * HOUR;
const TIMES_MAX = 3;
/** What leaves it open whether a call had its effect comes more often. */
const WORST: readonly [Effect, ...Effect[]] = [...EFFECTS, "slow", "lost", "kill-after"];
const SHARE: Readonly<Record<Moment, number>> = { rotation: 0.5, renewal: 0.4, telling: 0.3, tunnels: 0 };

interface Around {
  readonly moment: Moment;
  readonly at: Instant;
}

/** `faults`: what is drawn already, as it says when keys change and when there will be incidents. */
export function drawAimed(draw: Draw, faults: readonly Fault[], { start, days }: FaultsWanted): Fault[] {
  const renewals = Array.from({ length: Math.floor((days * DAY) / RENEWED_EVERY_SECONDS) }, (_, index) => ({
    moment: "renewal" as const,
    at: start + RENEWED_EVERY_SECONDS * (index + 1) - HOUR,
  }));
  const others = faults.flatMap(({ kind, at }): Around[] => {
    if (kind === "rotation-asked") return [{ moment: "rotation", at }];
    return kind === "outage" || kind === "deployment" ? [{ moment: "telling", at }] : [];
  });
  return [...renewals, ...others].flatMap((around) =>
    draw.chance(SHARE[around.moment]) ? drawAround(draw, around) : [],
  );
}

function drawAround(draw: Draw, around: Around): Fault[] {
  const aimed = Array.from({ length: draw.whole(1, 3) }, () => drawOne(draw, around)).flat();
  if (!draw.chance(around.moment === "telling" ? 0.8 : 0.4)) return aimed;
  return [...aimed, { kind: "double-events", at: around.at, seconds: draw.whole(10, 90) * MINUTE, share: 1 }];
}

function drawOne(draw: Draw, { moment, at: from }: Around): Fault[] {
  const at = from + draw.whole(0, 30 * MINUTE);
  const place = { at, seconds: WINDOW_SECONDS };
  const times = draw.whole(1, TIMES_MAX);
  const what = draw.next();
  if (moment === "rotation" && what < 0.15)
    return [{ kind: "foreseen", ...place, call: "hand.key-set", act: draw.pick(KEY_ACTS), which: 1 }];
  // A replica that has not loaded a key, of which the log does not tell.
  if (moment === "rotation" && what < 0.35)
    return [
      { kind: "workload", ...place, at: from, act: "replica-late", which: draw.whole(0, 1) },
      { kind: "aimed", ...place, call: "relay-log.search", effect: draw.pick(WORST), times },
    ];
  // One tells of an incident so slowly that a second one comes to it meanwhile.
  if (moment === "telling" && what < 0.3)
    return [{ kind: "aimed", ...place, call: "messenger.post", effect: "slow", times }];
  if (moment === "renewal" && what < 0.15) return [{ kind: "freeze", at, seconds: draw.whole(1, 8) * HOUR }];
  return [{ kind: "aimed", ...place, call: draw.pick(AIMED_CALLS[moment]), effect: draw.pick(WORST), times }];
}
