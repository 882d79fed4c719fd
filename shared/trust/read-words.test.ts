import { describe, expect, it } from "vitest";
import { CloudError } from "../runtime/errors.ts";
import { type Heard, readWords } from "./read-words.ts";
import { TRUST_TIMING } from "./state.ts";
import type { HeardWord } from "./words.ts";

const NOW = 1_000_000;
const word = (at: number): HeardWord => ({
  ...{ party: "relay", replica: "r", version: "1", at, ms: 0, serials: [] },
});
const unfinished = new CloudError({
  ...{ provider: "aws", operation: "FilterLogEvents", target: "log" },
  ...{ code: "search-unfinished", retryable: true },
});

interface World {
  /** How many seconds of the log one search gets through. */
  readonly reach?: number;
  /** How many searches a run has time for. */
  readonly searches?: number;
  readonly heardUntil?: number | null;
}

function read({ reach = Number.POSITIVE_INFINITY, searches = 1_000, heardUntil = null }: World) {
  const asked: (readonly [number, number | undefined])[] = [];
  const remainingMs = () => (asked.length < searches ? 120_000 : 75_000);
  const words = {
    read: async (since: number, until: number | undefined, goOn: () => boolean) => {
      const hasTime = goOn();
      asked.push([since, until]);
      if (!hasTime || (until ?? NOW) - since > reach) throw unfinished;
      return [word(since)];
    },
  };
  const trust = {
    ...{ relay: { proof: "observed" as const }, bunnies: { proof: "observed" as const } },
    timing: { ...TRUST_TIMING, missedSeconds: 3_600 },
  };
  const heard: Promise<Heard> = readWords({ words, trust, remainingMs }, { heardUntil }, NOW);
  return { heard, asked };
}

describe("readWords", () => {
  it("reads on from the last look, with what may have come late, up to now and without an end", async () => {
    const { heard, asked } = read({ heardUntil: NOW - 60 });
    expect(await heard).toEqual({ words: [word(NOW - 360), word(NOW - 60)], until: NOW, failure: null });
    expect(asked).toEqual([
      [NOW - 360, NOW - 60],
      [NOW - 60, undefined],
    ]);
  });

  it("reads all of as long ago as anybody is waited for, in slices that leave nothing out", async () => {
    const { heard, asked } = read({});
    expect((await heard).until).toBe(NOW);
    expect(asked).toHaveLength(12);
    expect(asked[0]).toEqual([NOW - 3_600, NOW - 3_300]);
    for (const [at, [since]] of asked.entries()) if (at > 0) expect(since).toBe(asked[at - 1]?.[1]);
  });

  it("keeps what it has read when time is up, and goes on from there in the next run", async () => {
    const { heard } = read({ searches: 4 });
    const first = await heard;
    expect(first).toMatchObject({ until: NOW - 2_400, failure: { code: "search-unfinished" } });
    expect(first.words).toHaveLength(4);
    const next = read({ searches: 4, heardUntil: first.until });
    expect((await next.heard).until).toBe(NOW - 1_500);
    expect(next.asked[0]).toEqual([NOW - 2_700, NOW - 2_400]);
  });

  it("takes less at a time where a search does not come to its end, down to some seconds", async () => {
    const { heard, asked } = read({ reach: 80, heardUntil: NOW - 60 });
    expect(await heard).toMatchObject({ until: NOW, failure: null });
    expect(asked.slice(0, 2)).toEqual([
      [NOW - 360, NOW - 60],
      [NOW - 360, NOW - 285],
    ]);
    expect(await read({ reach: 17, heardUntil: NOW - 60 }).heard).toMatchObject({
      ...{ until: NOW - 60, failure: { code: "search-unfinished" } },
    });
  });

  it("is never behind where it was, though it begins earlier", async () => {
    expect(await read({ searches: 0, heardUntil: NOW - 60 }).heard).toMatchObject({
      until: NOW - 60,
      words: [],
    });
    expect(await read({ searches: 0 }).heard).toMatchObject({ until: null });
  });
});
