import { describe, expect, it } from "vitest";
import { createSharedRuns } from "./shared-runs.ts";

function open() {
  const runs: { readonly key: string; readonly given: readonly string[] }[] = [];
  const ends: PromiseWithResolvers<string>[] = [];
  const ask = createSharedRuns<string, string>((key, given) => {
    const end = Promise.withResolvers<string>();
    runs.push({ key, given: [...given] });
    ends.push(end);
    return end.promise;
  });
  return { runs, ends, ask };
}

/** Lets everything that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("createSharedRuns", () => {
  it("runs at once for who comes first, and once more for all who come meanwhile", async () => {
    const { runs, ends, ask } = open();
    const first = ask("one", "a");
    await settle();
    const others = [ask("one", "b"), ask("one", "c"), ask("one", "d")];
    await settle();
    expect(runs).toEqual([{ key: "one", given: ["a"] }]);
    ends[0]?.resolve("first");
    expect(await first).toBe("first");
    await settle();
    expect(runs.slice(1)).toEqual([{ key: "one", given: ["b", "c", "d"] }]);
    ends[1]?.resolve("second");
    expect(await Promise.all(others)).toEqual(["second", "second", "second"]);
  });

  it("runs different keys beside each other", async () => {
    const { runs, ends, ask } = open();
    const both = [ask("one", "a"), ask("other", "b")];
    await settle();
    expect(runs).toHaveLength(2);
    for (const end of ends) end.resolve("done");
    await Promise.all(both);
  });

  it("fails for those who share a run that fails, and not for the next", async () => {
    const { ends, ask } = open();
    const first = ask("one", "a");
    await settle();
    const second = ask("one", "b");
    ends[0]?.reject(new Error("no answer"));
    await expect(first).rejects.toThrow("no answer");
    await settle();
    ends[1]?.resolve("second");
    expect(await second).toBe("second");
  });

  it("begins anew when all is over", async () => {
    const { runs, ends, ask } = open();
    const first = ask("one", "a");
    await settle();
    ends[0]?.resolve("");
    await first;
    const second = ask("one", "b");
    await settle();
    ends[1]?.resolve("");
    await second;
    expect(runs.map(({ given }) => given)).toEqual([["a"], ["b"]]);
  });
});
