/**
 * What befalls the groups of a life: people edit rules, each time in one of both clouds, in rows as people do, while one
 * of what a heal needs may be away. Drawn apart from all else, so that neither changes the other.
 */
import type { Instant } from "../../shared/runtime/instant.ts";
import type { Draw } from "./draw.ts";
import type { FaultsWanted } from "./draw-faults.ts";
import { EDITS, EFFECTS, type Fault, GROUP_SERVICES } from "./faults.ts";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** CloudTrail mostly tells within a minute or two, Event Grid within seconds. */
const TOLD_AFTER_SECONDS_MAX = { relay: 120, nodes: 20 } as const;

export function drawRuleEdits(draw: Draw, { start, days }: FaultsWanted): Fault[] {
  const rows = draw.whole(1, Math.max(1, Math.round(days / 3)));
  return Array.from({ length: rows }, () => {
    const at = start + HOUR + Math.floor(draw.next() * days * DAY);
    return [...drawEdits(draw, at), ...drawWeather(draw, at)];
  }).flat();
}

const OFTEN = ["opened", "opened", ...EDITS] as const;

function drawEdits(draw: Draw, at: Instant): Fault[] {
  const group = draw.pick(["relay", "nodes"] as const);
  const span = draw.pick([1, 30, 20 * MINUTE, 2 * HOUR] as const);
  return Array.from({ length: draw.whole(1, 4) }, () => ({
    kind: "rules-edited",
    at: at + draw.whole(0, span),
    seconds: 0,
    group,
    act: draw.pick(OFTEN),
    which: draw.whole(0, 9),
    toldAfterSeconds: draw.whole(1, TOLD_AFTER_SECONDS_MAX[group]),
  }));
}

function drawWeather(draw: Draw, around: Instant): Fault[] {
  const place = {
    at: around - draw.whole(0, 10 * MINUTE),
    seconds: draw.whole(MINUTE, draw.pick([15 * MINUTE, 3 * HOUR] as const)),
  };
  const kind = draw.next();
  if (kind < 0.2) return [{ kind: "outage", ...place, services: [draw.pick(GROUP_SERVICES)] }];
  if (kind < 0.4) return [{ kind: "storm", ...place, share: 0.05 + draw.next() * 0.3, effects: EFFECTS }];
  if (kind < 0.5) return [{ kind: "lost-events", ...place, share: draw.next() }];
  if (kind < 0.65) return [{ kind: "double-events", ...place, share: 0.5 + draw.next() / 2 }];
  if (kind < 0.75) return [{ kind: "stale-reads", ...place, secondsAgo: draw.whole(1, 8) }];
  if (kind < 0.9) return [{ kind: "freeze", ...place }];
  return [];
}
