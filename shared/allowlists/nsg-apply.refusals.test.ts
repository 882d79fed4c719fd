import { describe, expect, it } from "vitest";
import { CloudError } from "../runtime/errors.ts";
import type { NetworkSecurityGroups, NsgWritten } from "./network-security-groups.ts";
import { markPrefix } from "./schema.ts";
import { BUNNY, OFFICE } from "./test-nsg-plan.ts";
import { END, GOOD, open, rule, startRun, writes } from "./test-nsg-run.ts";

const MARK = markPrefix("lab");
const WALL = `${MARK}in-shut`;
const failing = (code: string, more: { readonly retryable?: boolean; readonly throttled?: boolean } = {}) =>
  new CloudError({ provider: "azure", operation: "x", target: "y", code, retryable: false, ...more });
const marked = (name: string, priority: number) => open(`${MARK}${name}`, priority);
/** Fails calls about one rule, as often as there are failures left. */
const failAbout = (target: string, ...failures: readonly CloudError[]) => {
  const left = [...failures];
  return (_call: string, name: string, when: "before" | "after") => {
    const next = name === target && when === "before" ? left.shift() : undefined;
    if (next !== undefined) throw next;
  };
};

describe("applyNsg, when Azure does not take a write", () => {
  const rules = [GOOD, END, open("a", 300), open("b", 301)];

  it("goes on with the others, and tells a refusal that lasts", async () => {
    const { run, names } = startRun({
      rules,
      meet: failAbout("a", failing("ScopeLocked"), failing("ScopeLocked")),
    });
    const { failures, done, isMore } = await run();
    expect(failures).toMatchObject([{ change: { name: "a" }, code: "ScopeLocked", isLasting: true }]);
    expect(done).toMatchObject([{ change: { name: WALL } }, { change: { name: "b" } }]);
    expect([isMore, names()]).toEqual([false, ["a", "allow-bunny", "end", WALL]]);
  });

  it("closes the last of many however many others Azure keeps from being closed", async () => {
    const locked = Array.from({ length: 12 }, (_, index) => marked(`locked-${index}`, 100 + index));
    const { run, names } = startRun({
      desired: { own: "marked" },
      rules: [...locked, GOOD, marked("door", 300)],
      meet: (_call, name, when) => {
        if (name.includes("locked") && when === "before") throw failing("ScopeLocked");
      },
    });
    const { failures, done, isMore } = await run();
    expect(failures).toHaveLength(12);
    expect(done.at(-1)).toMatchObject({ change: { name: `${MARK}door` } });
    expect([isMore, names().includes(`${MARK}door`)]).toEqual([false, false]);
  });

  it("ends a run in which ten writes have had no answer, and says that more is left", async () => {
    const many = Array.from({ length: 12 }, (_, index) => marked(`rule-${index}`, 100 + index));
    const { run } = startRun({
      desired: { own: "marked" },
      rules: [...many, GOOD],
      meet: (call) => {
        if (call === "remove") throw failing("unreachable", { retryable: true });
      },
    });
    const { failures, isMore } = await run();
    expect([failures.length, isMore]).toEqual([10, true]);
  });

  it("closes what is unwanted though a wanted rule cannot be written, and leaves what carries that one", async () => {
    const wide = rule("wide", 250, { sourceAddressPrefixes: ["192.0.2.0/23"] });
    const { sourceAddressPrefix: _, ...properties } = wide.properties;
    const { run, names } = startRun({
      desired: { rules: [BUNNY, OFFICE] },
      rules: [GOOD, END, open("a", 300), { ...wide, properties }],
      meet: (call) => {
        if (call === "put") throw failing("SecurityRuleInvalidAddressPrefix");
      },
    });
    const { failures } = await run();
    expect(failures).toMatchObject([
      { code: "SecurityRuleInvalidAddressPrefix", isLasting: true },
      { code: "SecurityRuleInvalidAddressPrefix", isLasting: true },
    ]);
    expect(names()).toEqual(["allow-bunny", "end", "wide"]);
  });

  it("asks again for what had no answer, and counts it once when it had its effect", async () => {
    const meet = (call: string, name: string, when: "before" | "after") => {
      if (call === "remove" && name === "a" && when === "after")
        throw failing("unreachable", { retryable: true });
    };
    const { nsg, run, names } = startRun({ rules, meet });
    const { done, failures } = await run();
    expect(done.map(({ change }) => change.name)).toEqual(["a", "b"]);
    expect([failures, names()]).toEqual([[], ["allow-bunny", "end"]]);
    expect(writes(nsg.calls)).toEqual(["remove a", "remove b"]);
  });

  it("gives up on what had no answer three times", async () => {
    const lost = failing("unreachable", { retryable: true });
    const { run, nsg } = startRun({ rules, meet: failAbout("a", lost, lost, lost, lost) });
    const { failures, done } = await run();
    expect(failures).toMatchObject([{ change: { name: "a" }, code: "unreachable", isLasting: false }]);
    expect(done).toMatchObject([{ change: { name: WALL } }, { change: { name: "b" } }]);
    expect(writes(nsg.calls)).toEqual(["remove a", "remove a", "remove a", `put ${WALL}`, "remove b"]);
  });

  it("waits as long as a throttle says", async () => {
    const throttle = new CloudError({
      provider: "azure",
      operation: "x",
      target: "y",
      code: "TooManyRequests",
      retryable: true,
      throttled: true,
      retryAfterSeconds: 17,
    });
    const { run, pauses, names } = startRun({ rules, meet: failAbout("a", throttle) });
    await run();
    expect([pauses, names()]).toEqual([[17_000], ["allow-bunny", "end"]]);
  });

  it("leaves the rest to the next run when a throttle lasts longer than its time", async () => {
    const throttle = failing("TooManyRequests", { retryable: true, throttled: true });
    const { run, pauses } = startRun({ rules, workMs: 9_000, meet: failAbout("a", throttle) });
    expect(await run()).toMatchObject({ isMore: true, done: [], failures: [] });
    expect(pauses).toEqual([]);
  });

  it("tells what it did when the group cannot be read any more", async () => {
    let reads = 0;
    const meet = (call: string) => {
      reads += call === "read" ? 1 : 0;
      if (reads > 2) throw failing("unreachable", { retryable: true });
    };
    const { run } = startRun({ rules, meet });
    const { done, isMore } = await run();
    expect(done).toMatchObject([{ change: { name: "a" } }]);
    expect(isMore).toBe(true);
  });
});

describe("applyNsg, when others write too", () => {
  const rules = [GOOD, END, open("ssh", 300)];
  const always = (answer: NsgWritten) => (groups: NetworkSecurityGroups) => ({
    ...groups,
    remove: async () => answer,
  });

  it("plans anew for what somebody has changed since it was read", async () => {
    let isFirst = true;
    const wrap = (groups: NetworkSecurityGroups): NetworkSecurityGroups => ({
      ...groups,
      async remove(...given) {
        if (isFirst) nsg.meddle((all) => all.filter(({ name }) => name !== "ssh").concat(open("other", 301)));
        isFirst = false;
        return await groups.remove(...given);
      },
    });
    const { nsg, run, names } = startRun({ rules, wrap });
    const { done } = await run();
    expect(done.map(({ change }) => change.name)).toEqual(["other"]);
    expect(names()).toEqual(["allow-bunny", "end"]);
  });

  it("waits while somebody else's write goes on, and says that more is left when it does not end", async () => {
    const { run, pauses } = startRun({ rules, wrap: always({ kind: "busy", retryAfterSeconds: 10 }) });
    expect(await run()).toMatchObject({ isMore: true, done: [], failures: [] });
    expect(pauses).toEqual([10_000, 10_000, 10_000, 10_000, 10_000]);
  });

  it("does not tell as its own what was gone already", async () => {
    const wrap = (groups: NetworkSecurityGroups): NetworkSecurityGroups => ({
      ...groups,
      async remove() {
        nsg.meddle((all) => all.filter(({ name }) => name !== "ssh"));
        return { kind: "gone" };
      },
    });
    const { nsg, run } = startRun({ rules, wrap });
    expect(await run()).toMatchObject({ done: [], failures: [], plan: { drift: [] } });
  });

  it("goes without the etag when one that was just read never matches, and only then", async () => {
    const etags: (string | null)[] = [];
    const wrap = (groups: NetworkSecurityGroups): NetworkSecurityGroups => ({
      ...groups,
      async remove(id, name, etag) {
        etags.push(etag);
        return etag === null ? await groups.remove(id, name, etag) : { kind: "unmatched" };
      },
    });
    const { run, names } = startRun({ rules, wrap });
    await run();
    expect(etags).toEqual([expect.any(String), null]);
    expect(names()).toEqual(["allow-bunny", "end"]);
  });

  it("puts a rule back three times at most, then shuts it, and tells that it is not kept", async () => {
    const wrap = (groups: NetworkSecurityGroups): NetworkSecurityGroups => ({
      ...groups,
      async read(id) {
        nsg.meddle((all) => (all.some(({ name }) => name === "ssh") ? all : [...all, open("ssh", 300)]));
        return await groups.read(id);
      },
    });
    const { nsg, run } = startRun({ rules, wrap });
    const { failures } = await run();
    expect(failures).toMatchObject([{ change: { name: "ssh" }, code: "not-kept", isLasting: false }]);
    expect(writes(nsg.calls)).toEqual(["remove ssh", "remove ssh", "remove ssh", `put ${WALL}`]);
  });

  it("does not wait for ever for a change that never ends, touches it not, and closes the others", async () => {
    const wrap = (groups: NetworkSecurityGroups): NetworkSecurityGroups => ({
      ...groups,
      async read(id) {
        const observed = await groups.read(id);
        return observed && { ...observed, changing: new Set(["stuck"]) };
      },
    });
    const { run, names } = startRun({ rules: [...rules, open("stuck", 301)], wrap });
    expect(await run()).toMatchObject({ done: [{ change: { name: "ssh" } }], isMore: true });
    expect(names()).toEqual(["allow-bunny", "end", "stuck"]);
  });
});
