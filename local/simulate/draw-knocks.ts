/**
 * Who comes to relay in a life and is refused: floods of one caller, scans of many, somebody in bunny's network, lines that
 * are cut off; the log that tells of it is handed over late, twice and cut anew, while something of what counts it may be
 * away. Now and then bunny's own are refused as well: a pod whose files stay as they are for days, a key set by hand. Drawn
 * apart from all else, so that neither changes the other.
 */
import type { Instant } from "../../shared/runtime/instant.ts";
import type { Draw } from "./draw.ts";
import type { FaultsWanted } from "./draw-faults.ts";
import { EFFECTS, type Fault, KNOCK_REASONS } from "./faults.ts";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** A certificate lives for 7 days, and is renewed after two thirds of them. */
const STUCK = { chance: 0.35, minSeconds: 5 * DAY, maxSeconds: 8 * DAY } as const;
const KEY_BY_HAND = 0.1;

export function drawKnocks(draw: Draw, { start, days }: FaultsWanted): Fault[] {
  const rows = draw.whole(1, Math.max(1, Math.round(days / 4)));
  const knocks = Array.from({ length: rows }, () => {
    const at = start + HOUR + Math.floor(draw.next() * days * DAY);
    const callers = Array.from({ length: draw.whole(1, 2) }, () => drawCallers(draw, at));
    return [...callers, ...drawDeliveries(draw, at), ...drawWeather(draw, at)];
  }).flat();
  return [...knocks, ...drawOwn(draw, { start, days })];
}

function drawCallers(draw: Draw, around: Instant): Fault {
  const place = { at: around + draw.whole(0, 20 * MINUTE), seconds: draw.whole(10, 25 * MINUTE) };
  const reason = draw.pick(KNOCK_REASONS);
  const what = draw.next();
  const knocking = { kind: "knocking", ...place, from: "elsewhere", reason } as const;
  if (what < 0.45) return { ...knocking, sources: 1, lines: draw.whole(5, 150) };
  if (what < 0.6) {
    const sources = draw.whole(2, 8);
    return { ...knocking, sources, lines: sources * draw.whole(5, 30) };
  }
  if (what < 0.8) {
    const sources = draw.whole(12, 60);
    return { ...knocking, sources, lines: sources * draw.whole(1, 4) };
  }
  if (what < 0.9)
    return {
      ...knocking,
      from: "near",
      sources: draw.whole(1, 3),
      lines: draw.whole(1, 30),
      reason: "no-certificate",
    };
  return { ...knocking, from: "cut-off", sources: 1, lines: draw.whole(5, 60) };
}

/** Within what counts, or far beyond it. */
const LATE = [30, 60, 150, 400, 1_500] as const;

function drawDeliveries(draw: Draw, around: Instant): Fault[] {
  if (draw.chance(0.3)) return [];
  return [
    {
      kind: "log-deliveries",
      at: around - draw.whole(0, 10 * MINUTE),
      seconds: draw.whole(20 * MINUTE, 2 * HOUR),
      lateSecondsMax: draw.pick(LATE),
      twice: draw.next(),
      cut: draw.next(),
    },
  ];
}

function drawWeather(draw: Draw, around: Instant): Fault[] {
  const place = { at: around - draw.whole(0, 10 * MINUTE), seconds: draw.whole(MINUTE, 40 * MINUTE) };
  const kind = draw.next();
  if (kind < 0.15) return [{ kind: "outage", ...place, services: [draw.pick(["table", "bus"] as const)] }];
  if (kind < 0.4) return [{ kind: "storm", ...place, share: 0.05 + draw.next() * 0.3, effects: EFFECTS }];
  if (kind < 0.55) return [{ kind: "double-events", ...place, share: 0.5 + draw.next() / 2 }];
  if (kind < 0.65) return [{ kind: "clock-skew", ...place, bySeconds: draw.whole(-4, 4) }];
  return [];
}

function drawOwn(draw: Draw, { start, days }: FaultsWanted): Fault[] {
  const at = start + 2 * HOUR + Math.floor(draw.next() * days * DAY);
  const seconds = draw.whole(STUCK.minSeconds, STUCK.maxSeconds);
  const which = draw.whole(0, 1);
  const isStuck = draw.chance(STUCK.chance);
  const isSet = draw.chance(KEY_BY_HAND);
  // While it is refused its lines come twice as well.
  const cut = {
    kind: "log-deliveries",
    at: at + draw.whole(3 * DAY, STUCK.minSeconds),
    seconds: draw.whole(6 * HOUR, DAY),
    lateSecondsMax: draw.pick([30, 60]),
    twice: 0.7,
    cut: 0.7,
  } as const;
  return [
    ...(isStuck ? [{ kind: "workload", at, seconds, act: "pod-late", which } as const] : []),
    ...(isStuck && cut.at < start + days * DAY ? [cut] : []),
    ...(isSet ? [{ kind: "person", at, seconds: 0, act: "vault-key-set", which: 1 } as const] : []),
  ];
}
