import { describe, expect, it } from "vitest";
import { CloudError } from "../runtime/errors.ts";
import { END, GOOD, open, startRun, writes } from "./test-nsg-run.ts";

const failing = (code: string, more: { readonly retryable?: boolean; readonly throttled?: boolean } = {}) =>
  new CloudError({ provider: "azure", operation: "x", target: "y", code, retryable: false, ...more });
describe("applyNsg", () => {
  it("reads a group that is as it should be once, and writes nothing", async () => {
    const { nsg, run } = startRun();
    const { done, isMore, plan } = await run();
    expect([done, isMore, plan.drift]).toEqual([[], false, []]);
    expect(nsg.calls).toEqual(["read"]);
  });

  it("closes what is open, and looks once more whether it is", async () => {
    const { nsg, run, names } = startRun({ rules: [GOOD, END, open("ssh", 300), open("ssh-2", 301)] });
    const { done, drift, plan, isMore } = await run();
    expect(names()).toEqual(["allow-bunny", "end"]);
    expect(done.map(({ change, before }) => [change.name, before?.priority])).toEqual([
      ["ssh", 300],
      ["ssh-2", 301],
    ]);
    expect(drift).toHaveLength(2);
    expect([plan.drift, isMore]).toEqual([[], false]);
    expect(nsg.calls).toEqual(["read", "remove ssh", "read", "remove ssh-2", "read"]);
  });

  it("waits for a write that goes on before the next one", async () => {
    const { nsg, run, names } = startRun({ rules: [END], readsToEnd: () => 2 });
    const { done, isMore } = await run();
    expect(names()).toEqual(["end", expect.stringMatching(/^warrener-lab--in-tcp-443-/)]);
    expect([done.length, isMore]).toEqual([1, false]);
    expect(writes(nsg.calls)).toHaveLength(1);
  });

  it("says that a group is not there, and writes nothing", async () => {
    const { nsg, run } = startRun();
    nsg.exists = false;
    const { plan, rules } = await run();
    expect([plan.refused, rules]).toEqual([{ reason: "no-such-group" }, null]);
    expect(writes(nsg.calls)).toEqual([]);
  });

  it("throws when the group cannot be read", async () => {
    const meet = () => {
      throw failing("AuthorizationFailed");
    };
    await expect(startRun({ meet }).run()).rejects.toMatchObject({ code: "AuthorizationFailed" });
  });

  it("writes nothing more once somebody has frozen the link, and says so", async () => {
    const answers = [true, false];
    const rules = [GOOD, END, open("a", 300), open("b", 301), open("c", 302)];
    const { run, names } = startRun({ rules, work: { mayWrite: async () => answers.shift() ?? false } });
    const { isFrozen, isMore, done, plan } = await run();
    expect([isFrozen, isMore, done.length, plan.changes.length]).toEqual([true, false, 1, 2]);
    expect(names()).toEqual(["allow-bunny", "b", "c", "end"]);
  });

  it("begins no write that it has no time for, and says that more is left", async () => {
    const { nsg, run } = startRun({ rules: [GOOD, END, open("ssh", 300)], workMs: 7_000 });
    expect(await run()).toMatchObject({ isMore: true, done: [], failures: [] });
    expect(writes(nsg.calls)).toEqual([]);
  });

  it("shuts two hundred in its first write, and tells none of them again once they are shut", async () => {
    const rules = [GOOD, END, ...Array.from({ length: 200 }, (_, index) => open(`r${index}`, 300 + index))];
    const { nsg, run } = startRun({ rules, workMs: 8_500, work: { pause: async () => {} } });
    let left = 1;
    const first = await run({ mayWrite: async () => left-- > 0 });
    expect(writes(nsg.calls)).toEqual(["put warrener-lab--in-shut"]);
    expect([first.drift.length, first.plan.drift.length]).toEqual([200, 0]);
    expect((await run()).drift).toEqual([]);
  });

  it("makes a hundred changes at most, and says that more is left", async () => {
    const rules = [GOOD, END, ...Array.from({ length: 130 }, (_, index) => open(`r${index}`, 300 + index))];
    const { run, names } = startRun({ rules });
    expect(await run()).toMatchObject({ isMore: true, done: { length: 100 } });
    expect(names()).toHaveLength(34);
    expect(await run()).toMatchObject({ isMore: false, done: { length: 32 } });
    expect(names()).toEqual(["allow-bunny", "end"]);
  });
});
