/** Lines of refused callers in a world of which nothing else is, for tests of what is told of them. */
import { createHash } from "node:crypto";
import type { Incident } from "../../../shared/alerts/incident.ts";
import type { AuthMemory } from "../../../shared/auth-failures/memory.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import { START } from "../../model/brain.ts";
import type { Said } from "../clouds/relay-log.ts";
import { createWorld, type World } from "../world.ts";

export const STRANGER = "203.0.113.9";
export const FLOOD = "auth-failure:no-certificate:203-0-113-9";
export const OWN = "auth-own:bunny-example-com-77bd5c4e";
export const SERIAL = "a1";

/** A long time after its beginning, so that everything lies behind. */
export async function worldOfCallers(): Promise<World> {
  const world = await createWorld({ seed: 1, faults: [], isTraced: false });
  world.clock.advance(86_400);
  return world;
}

export interface SaidOf extends Partial<Said> {
  /** A run has taken it so many seconds after it was written; left out, with it. */
  readonly takenAfter?: number | null;
}

/** So many lines, one each second until now or until `at`. */
export function say(
  { callers: { log }, clock }: World,
  count: number,
  { takenAfter = 0, ...said }: SaidOf = {},
) {
  const last = said.at ?? clock.now();
  for (let index = 0; index < count; index += 1) {
    const at = last - count + 1 + index;
    const stranger = {
      stream: "relay-0",
      who: "stranger",
      reason: "no-certificate",
      source: STRANGER,
    } as const;
    log.say({ ...stranger, serial: null, message: "", ...said, at });
    const line = log.lines.at(-1);
    if (line === undefined || takenAfter === null) continue;
    line.givenAt = at + takenAfter;
    line.lastGivenAt = line.givenAt;
    line.takenAt = line.givenAt;
  }
}

export const own = (reason: string | null, more: SaidOf = {}): SaidOf => ({
  who: "own",
  reason,
  source: "10.10.1.10",
  serial: SERIAL,
  ...more,
});

/** Puts it there, as a run of the product's would. */
export const remember = (world: World, memory: Partial<AuthMemory>): Promise<AuthMemory | null> =>
  world.callers.memory.write({ ...world.callers.memory.stands, slotSeconds: 30, ...memory });

export const incidentOf = (key: string, at: Instant = START, changes: Partial<Incident> = {}): Incident => ({
  key,
  id: createHash("sha256").update(key).digest("hex").slice(0, 32),
  concern: "auth-failures",
  state: "open",
  severity: "warning",
  title: "bunny.example.com is refused: its certificate has ended",
  facts: [
    { label: "Cause", value: `bunny.example.com uses serial ${SERIAL}, which ended at 2026-11-21T08:00:00Z` },
  ],
  since: null,
  links: [],
  runbook: "auth-own",
  worst: { severity: "warning", title: "bunny.example.com is refused: its certificate has ended" },
  openedAt: at,
  closedAt: null,
  notes: [],
  revision: 1,
  observedAt: at,
  changedAt: at,
  told: null,
  telling: null,
  announced: null,
  filed: false,
  ...changes,
});
