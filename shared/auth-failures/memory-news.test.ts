import { describe, expect, it } from "vitest";
import { NO_MEMORY } from "./memory.ts";
import { isNews } from "./memory-news.ts";
import { AT, accepted, BUNNY, knocks, LIMITS, line, refused, take } from "./test-auth.ts";

const mine = { identity: BUNNY };

describe("isNews", () => {
  it("is not what follows from the time alone", () => {
    const memory = take(NO_MEMORY, knocks(3));
    expect(isNews(NO_MEMORY, memory, LIMITS, AT)).toBe(true);
    for (const now of [AT, AT + 50, AT + 1_000]) {
      expect(isNews(memory, take(memory, [], now), LIMITS, now)).toBe(false);
    }
  });

  it("is the end of a flood, so that the next knock is not taken for its going on", () => {
    const memory = take(NO_MEMORY, knocks(20));
    const now = AT + LIMITS.quietSeconds;
    expect(isNews(memory, take(memory, [], now), LIMITS, now)).toBe(true);
  });

  it("is not that a caller was let in once more in the same minute, unless a failure of its stands", () => {
    const before = take(NO_MEMORY, [line(accepted(mine))]);
    const again = [line(accepted({ ...mine, at: AT + 30 }))];
    expect(isNews(before, take(before, again, AT + 30), LIMITS, AT + 30)).toBe(false);
    const failing = take(before, [line(refused("expired", { ...mine, at: AT + 1 }))], AT + 1);
    expect(isNews(failing, take(failing, again, AT + 30), LIMITS, AT + 30)).toBe(true);
  });
});
