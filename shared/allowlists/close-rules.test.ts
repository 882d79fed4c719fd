import { describe, expect, it } from "vitest";
import { CloudError } from "../runtime/errors.ts";
import { type Closed, closeRules } from "./close-rules.ts";
import type { SecurityGroups } from "./security-groups.ts";

const error = (code: string, retryable = false) =>
  new CloudError({ provider: "aws", operation: "Revoke", target: "sg", code, retryable });
const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `sgr-${index}`);

/** EC2 with these rules; some may be closed by nobody, and some calls fail. */
function start(given: { readonly there: readonly string[]; readonly locked?: readonly string[] }) {
  const there = new Set(given.there);
  const calls: (readonly string[])[] = [];
  const answers: (CloudError | undefined)[] = [];
  let isLost = false;
  const port: Pick<SecurityGroups, "close"> = {
    async close(_group, _direction, asked) {
      calls.push(asked);
      const failure = answers.shift();
      if (failure !== undefined) throw failure;
      const locked = asked.find((id) => given.locked?.includes(id) === true);
      if (locked !== undefined) throw error("OperationNotPermitted");
      if (!asked.every((id) => there.has(id))) return isLost ? "maybe-done" : "gone";
      for (const id of asked) there.delete(id);
      return "done";
    },
  };
  const close = async (asked: readonly string[], mayCall = () => true) => {
    const closed = await closeRules(port, { group: "sg-0a", direction: "in", ids: asked }, mayCall);
    return Object.fromEntries(Map.groupBy(asked, (id) => word(closed.get(id))));
  };
  const lose = () => {
    isLost = true;
  };
  return { there, calls, answers, close, lose };
}
const word = (closed: Closed | undefined): string =>
  closed instanceof CloudError ? closed.code : (closed ?? "forgotten");

describe("closeRules", () => {
  it("closes a hundred rules with one call", async () => {
    const { close, calls } = start({ there: ids(100) });
    expect(await close(ids(100))).toEqual({ done: ids(100) });
    expect(calls).toHaveLength(1);
  });

  it("closes all others when one of a hundred is gone, in a few calls", async () => {
    const { close, calls, there } = start({ there: ids(100).filter((id) => id !== "sgr-37") });
    expect(await close(ids(100))).toMatchObject({ gone: ["sgr-37"] });
    expect(there.size).toBe(0);
    expect(calls.length).toBeLessThanOrEqual(15);
  });

  it("closes all others when EC2 lets nobody close one", async () => {
    const { close, there } = start({ there: ids(100), locked: ["sgr-99"] });
    expect(await close(ids(100))).toMatchObject({ OperationNotPermitted: ["sgr-99"] });
    expect([...there]).toEqual(["sgr-99"]);
  });

  it("does not try again in halves what may have been done, or was not taken for now", async () => {
    for (const code of ["unreachable", "RequestLimitExceeded"]) {
      const { close, calls, answers } = start({ there: ids(100) });
      answers.push(error(code, true));
      expect(await close(ids(100))).toEqual({ [code]: ids(100) });
      expect(calls).toHaveLength(1);
    }
  });

  it("counts as done what an attempt may have closed whose answer was lost", async () => {
    const { close, lose } = start({ there: [] });
    lose();
    expect(await close(ids(4))).toEqual({ done: ids(4) });
  });

  it("makes no more calls than so many, and leaves the rest untried", async () => {
    const { close, calls } = start({ there: [] });
    const closed = await close(ids(100));
    expect(calls.length).toBeLessThanOrEqual(45);
    expect(closed).toMatchObject({ gone: expect.any(Array), untried: expect.any(Array) });
  });

  it("makes no call for which there is no time", async () => {
    const { close, calls } = start({ there: ids(2) });
    expect(await close(ids(2), () => false)).toEqual({ untried: ids(2) });
    expect(calls).toEqual([]);
  });
});
