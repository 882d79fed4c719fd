/** What clouds do to calls without being at fault for any one of them: they are away, they limit, they throttle. */
import type { Rate } from "../../shared/runtime/pace.ts";
import type { Call, CallName, Failure, Weather } from "./calls.ts";

const unreachable: Failure = { code: "unreachable" };
const throttled: Failure = { code: "ThrottlingException", throttled: true };

/** The first that strikes a call is what becomes of it. */
export const weathers =
  (...all: readonly Weather[]): Weather =>
  (call, nowMs) => {
    for (const weather of all) {
      const failure = weather(call, nowMs);
      if (failure !== undefined) return failure;
    }
    return undefined;
  };

/** No call of these is answered between two instants, in milliseconds. */
export const outage =
  (names: readonly CallName[], fromMs: number, untilMs: number): Weather =>
  ({ name }, nowMs) =>
    names.includes(name) && nowMs >= fromMs && nowMs < untilMs ? unreachable : undefined;

/** Of these calls only so many start; what was throttled does not count. `scopeOf` says what shares one limit. */
export function limit(
  name: CallName,
  { most, withinMs }: Omit<Rate, "name">,
  scopeOf: (call: Call) => string = () => "",
): Weather {
  const startedMs = new Map<string, number[]>();
  return (call, nowMs) => {
    if (call.name !== name) return undefined;
    const scope = scopeOf(call);
    const inWindow = (startedMs.get(scope) ?? []).filter((at) => at > nowMs - withinMs);
    if (inWindow.length >= most) return throttled;
    startedMs.set(scope, [...inWindow, nowMs]);
    return undefined;
  };
}

/** A share of all calls, drawn from the seed, is throttled. */
export function throttles(share: number, seed: number): Weather {
  const random = randomFrom(seed);
  return () => (random() < share ? throttled : undefined);
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32, in the public domain). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
