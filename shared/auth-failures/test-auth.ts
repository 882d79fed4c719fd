/** Callers, lines and what is known of the link, for tests of refused callers. */
import type { ChangeRecord } from "../journal/change.ts";
import type { LinkAuthFailures } from "../link/auth-failures.ts";
import type { WakeTarget } from "./cause.ts";
import type { Known } from "./known.ts";
import type { AuthMemory } from "./memory.ts";
import { type TakenLine, takeDelivery } from "./memory-take.ts";
import type { AuthEvent, FailureClass } from "./schema.ts";
import { judge, type Limits } from "./verdict.ts";

export const AT = Date.parse("2026-11-21T08:00:00Z") / 1_000;

export const LIMITS: Limits & Pick<LinkAuthFailures, "windowSeconds"> = {
  windowSeconds: 100,
  lateSeconds: 0,
  floodCount: 20,
  scanSources: 12,
  criticalCount: 2,
  unreadCount: 5,
  quietSeconds: 300,
};

export const BUNNY = "bunny.example.com";
export const SERIAL_A = "a1";
export const SERIAL_B = "b2";
export const KEY_ID = "9f86d081884c7d65";
export const TUNNEL_IP = "198.51.100.10";

export const KNOWN: Known = {
  certificates: [
    {
      name: "bunny-client",
      names: [BUNNY, "bunny.internal"],
      serial: SERIAL_A,
      notAfter: AT + 86_400,
      mergedAt: AT - 86_400,
    },
  ],
  apiKeys: [{ id: KEY_ID, name: "bunny-key", identity: BUNNY, state: "current" }],
  tunnels: [{ name: "one-a", outsideIp: TUNNEL_IP }],
  callers: ["10.10.0.0/16"],
};

export const WAKES: readonly WakeTarget[] = ["certificates", "trust", "api-keys", "pre-shared-keys"];

const NOBODY = { source: null, identity: null, serial: null, apiKeyId: null, tunnel: null };

export const refused = (failure: FailureClass, changes: Partial<AuthEvent> = {}): AuthEvent => ({
  at: AT,
  reader: "relay",
  outcome: "refused",
  class: failure,
  ...NOBODY,
  ...changes,
});

export const accepted = (changes: Partial<AuthEvent> = {}): AuthEvent => ({
  at: AT,
  reader: "relay",
  outcome: "accepted",
  class: null,
  ...NOBODY,
  ...changes,
});

let ids = 0;
/** Each of its own id. */
export const line = (event: AuthEvent | null, at = event?.at ?? AT): TakenLine => {
  ids += 1;
  return { id: `line-${ids}`, at, event };
};

export const take = (
  memory: AuthMemory,
  lines: readonly TakenLine[],
  now = AT,
  known: Known = KNOWN,
): AuthMemory => judge(takeDelivery(memory, { lines, known, limits: LIMITS, now }), LIMITS, now);

/** So many strangers' failures of one source. */
export const knocks = (count: number, source = "203.0.113.9", at = AT): TakenLine[] =>
  Array.from({ length: count }, () => line(refused("no-certificate", { source, at })));

/** What is told of, and who is woken for, by what is remembered. */
export const view = (
  memory: AuthMemory,
  now = AT,
  more: { frozen?: boolean; changes?: readonly ChangeRecord[] } = {},
) => ({
  memory,
  limits: LIMITS,
  facts: { known: KNOWN, changes: more.changes ?? [], frozen: more.frozen ?? false, wakes: WAKES },
  now,
});

/** A failure of bunny's own. */
export const mine = (changes: Partial<AuthEvent> = {}) =>
  line(refused("expired", { identity: BUNNY, serial: SERIAL_A, ...changes }));
