import { describe, expect, it } from "vitest";
import { MEMORY_MAX, NO_MEMORY } from "./memory.ts";
import { isRefused, SETTLED_SECONDS, withWoken } from "./memory-parties.ts";
import { AT, accepted, BUNNY, line, refused, TUNNEL_IP, take } from "./test-auth.ts";

const failed = (at = AT) => line(refused("expired", { identity: BUNNY, at }));
const letIn = (at = AT) => line(accepted({ identity: BUNNY, at }));
const QUIET = 300;

describe("the link's own, in the memory", () => {
  it("are refused from the first failure on until it is quiet, and they were accepted some time after the last", () => {
    const [party] = take(NO_MEMORY, [failed()]).own;
    expect(party).toMatchObject({ name: BUNNY, firstAt: AT, count: 1, acceptedAt: null });
    const soon = take(NO_MEMORY, [failed(), letIn(AT + SETTLED_SECONDS - 1)], AT + 100);
    expect(take(soon, [], AT + QUIET).own).toMatchObject([{ count: 1 }]);
    const later = take(soon, [letIn(AT + SETTLED_SECONDS)], AT + QUIET - 1);
    expect(later.own).toMatchObject([{ count: 1 }]);
    expect(take(later, [], AT + QUIET).own).toMatchObject([{ count: 0, firstAt: null, failures: [] }]);
  });

  it("are refused by a failure that is heard of late, but for one that would be over by now: that came too late", () => {
    const memory = take(NO_MEMORY, [letIn(AT + SETTLED_SECONDS)], AT + 100);
    expect(take(memory, [failed()], AT + QUIET - 1).own).toMatchObject([{ count: 1 }]);
    const over = take(memory, [failed()], AT + QUIET);
    expect(over.own).toMatchObject([{ count: 0, failures: [] }]);
    expect(over.slots).toMatchObject([{ refused: 0, late: 1 }]);
  });

  it("are what they are in whatever order their lines come, and however often", () => {
    const lines = [failed(AT), letIn(AT + 100), failed(AT + 200), letIn(AT + 210), failed(AT + 205)];
    const whole = take(NO_MEMORY, lines, AT + 220).own;
    expect(whole).toMatchObject([{ firstAt: AT, count: 3, acceptedAt: AT + 210 }]);
    const backwards = lines
      .toReversed()
      .reduce((memory, one) => take(take(memory, [one], AT + 220), [one, ...lines], AT + 220), NO_MEMORY);
    expect(backwards.own).toEqual(whole);
  });

  it("count a failure once that is handed over again, cut anew, after others have come", () => {
    const lines = [0, 10, 20, 30, 40].map((seconds) => failed(AT + seconds));
    const memory = take(NO_MEMORY, lines, AT + 50);
    expect(take(memory, lines.slice(0, 2), AT + 60).own).toMatchObject([{ count: 5 }]);
    expect(take(NO_MEMORY, [...lines, ...lines], AT + 50).own).toMatchObject([{ count: 5 }]);
  });

  it("stay refused while they are silent, once it was seen that the log shows who is accepted", () => {
    const [never] = take(NO_MEMORY, [failed()]).own;
    const [once] = take(NO_MEMORY, [letIn(AT - 10), failed()]).own;
    const at = (party: typeof never, now: number) => party !== undefined && isRefused(party, QUIET, now);
    expect([at(never, AT + QUIET - 1), at(never, AT + QUIET)]).toEqual([true, false]);
    expect([at(once, AT + 86_399), at(once, AT + 86_400)]).toEqual([true, false]);
  });

  it("begin anew after they were quiet", () => {
    const memory = take(NO_MEMORY, [failed()]);
    const again = take(memory, [failed(AT + QUIET)], AT + QUIET);
    expect(again.own).toMatchObject([{ firstAt: AT + QUIET, count: 1 }]);
  });

  it("are those that were refused first, where there are too many to remember", () => {
    let memory = NO_MEMORY;
    for (let index = 0; index < MEMORY_MAX.parties + 4; index += 1) {
      const identity = `bunny-${index}.example.com`;
      memory = take(memory, [line(accepted({ identity, at: AT - 500 }))]);
      if (index % 2 === 0) memory = take(memory, [line(refused("expired", { identity, at: AT - index }))]);
    }
    expect(memory.own).toHaveLength(MEMORY_MAX.parties);
    expect(memory.own.filter(({ count }) => count === 1)).toHaveLength((MEMORY_MAX.parties + 4) / 2);
  });

  it("never stand longer because a clock is ahead", () => {
    const [party] = take(NO_MEMORY, [failed(AT + 10_000)]).own;
    expect(party?.failures).toMatchObject([{ at: AT }]);
  });

  it("have tunnels among them by the link's names", () => {
    const memory = take(NO_MEMORY, [line(refused("ike-authentication", { tunnel: TUNNEL_IP }))]);
    expect(memory).toMatchObject({
      tunnels: [{ name: "one-a", count: 1 }],
      own: [],
      slots: [{ refused: 0 }],
    });
  });

  it("remember when somebody was asked to look", () => {
    const { own } = take(NO_MEMORY, [failed()]);
    expect(withWoken(own, BUNNY, AT + 5)).toMatchObject([{ wokenAt: AT + 5 }]);
    expect(withWoken(own, "other", AT + 5)).toEqual(own);
  });
});
