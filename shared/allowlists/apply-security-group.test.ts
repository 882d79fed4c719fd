import { describe, expect, it } from "vitest";
import type { Fault } from "../../local/model/calls.ts";
import { applySecurityGroup, type GroupWriter, WRITE_RESERVE_MS } from "./apply-security-group.ts";
import { ruleKey } from "./rule-key.ts";
import type { Rule } from "./schema.ts";
import type { SecurityGroupChange } from "./security-group.ts";
import { startHealing } from "./test-healing.ts";
import { AT, BUNNY, consentTo, groupWith, observed, tcp } from "./test-security-group.ts";

const WIDE = tcp("10.0.0.0/8", 443);
const BAD = tcp("203.0.113.7/32", 22);
const KEY = ruleKey(BUNNY);

const open = (rule: Rule): SecurityGroupChange => ({ kind: "open", rule, reason: "missing" });
const close = (id: string, rule: Rule, ...waitsFor: string[]): SecurityGroupChange => ({
  kind: "close",
  id,
  rule,
  reason: "unwanted",
  waitsFor,
});
const rewrite = (id: string, from: Rule, rule: Rule, ...waitsFor: string[]): SecurityGroupChange => ({
  kind: "rewrite",
  id,
  from,
  rule,
  reason: "missing",
  waitsFor,
});

/** A group with these rules, whose ids are sgr-0 and on. */
function start(...there: Rule[]) {
  const desired = groupWith();
  const healing = startHealing({ desired, consent: consentTo([]), observed: observed(...there).rules });
  const { calls, healer, rules } = healing;
  const apply = async (
    changes: readonly SecurityGroupChange[],
    more: {
      readonly nextAt?: number;
      readonly writer?: Partial<GroupWriter>;
      readonly faults?: Fault[];
    } = {},
  ) => {
    calls.fail(...(more.faults ?? []));
    const writer = { ...healer, clock: () => AT, ...more.writer };
    const applied = await applySecurityGroup(writer, desired, { changes, nextAt: more.nextAt ?? null });
    return {
      ...applied,
      done: applied.done.map(({ kind, rule }) => `${kind} ${ruleKey(rule)}`),
      failed: applied.failed.map(({ change, error }) => `${change.kind} ${error.code}`),
      left: applied.left.length,
      postponed: applied.postponed.length,
    };
  };
  return {
    ...healing,
    apply,
    keys: () =>
      rules()
        .map(({ rule }) => ruleKey(rule))
        .toSorted(),
  };
}
const writes = ({ calls }: ReturnType<typeof start>) => calls.brain.map(({ name }) => name);

describe("applySecurityGroup", () => {
  it("carries out changes in their order, closes next to each other in one call for each direction", async () => {
    const out = { ...BAD, direction: "out" as const };
    const group = start(WIDE, BAD, out);
    const applied = await group.apply([
      open(BUNNY),
      close("sgr-0", WIDE, KEY),
      close("sgr-1", BAD),
      close("sgr-2", out),
    ]);
    expect(applied).toMatchObject({ failed: [], left: 0, postponed: 0, isOutdated: false });
    expect(group.keys()).toEqual([KEY]);
    expect(writes(group)).toEqual(["groups.open", "groups.close", "groups.close"]);
  });

  it("closes two hundred rules with two calls", async () => {
    const bad = Array.from({ length: 200 }, (_, port) => tcp("203.0.113.7/32", port));
    const group = start(...bad);
    const applied = await group.apply(bad.map((rule, index) => close(`sgr-${index}`, rule)));
    expect(applied.done).toHaveLength(200);
    expect(writes(group)).toEqual(["groups.close", "groups.close"]);
  });

  it("leaves what waits for an opening that fails, and closes what does not", async () => {
    const group = start(WIDE, BAD);
    const applied = await group.apply([open(BUNNY), close("sgr-0", WIDE, KEY), close("sgr-1", BAD)], {
      faults: [{ call: "groups.open", when: "before", code: "unreachable" }],
    });
    expect(applied).toMatchObject({ failed: ["open unreachable"], left: 1, postponed: 0 });
    expect(group.keys()).toEqual([ruleKey(WIDE)]);
  });

  it("goes on with the next opening when one is refused, and does not try it again", async () => {
    const group = start();
    const refused = { call: "groups.open", nth: 1, when: "before", retryable: false } as const;
    const applied = await group.apply([open(BUNNY), open(WIDE)], {
      faults: [{ ...refused, code: "InvalidPermission.Malformed" }],
    });
    expect(applied).toMatchObject({
      done: [`open ${ruleKey(WIDE)}`],
      failed: ["open InvalidPermission.Malformed"],
    });
    expect(writes(group)).toEqual(["groups.open", "groups.open"]);
  });

  it("finds a rule that is there already opened, and one that is gone closed, without having done it", async () => {
    const group = start(BUNNY);
    const applied = await group.apply([open(BUNNY)]);
    expect(applied).toMatchObject({ done: [], needless: new Set([KEY]), failed: [], isOutdated: true });
    const gone = await group.apply([close("sgr-7", BAD)]);
    expect(gone).toMatchObject({ done: [], needless: new Set(["sgr-7"]), failed: [], isOutdated: false });
  });

  it("closes by no id once the observation turns out to be old: another run has rewritten the wide rule", async () => {
    // A look that misses the rewrite and sees a free slot plans this.
    const group = start(BUNNY);
    const applied = await group.apply([open(BUNNY), close("sgr-0", WIDE, KEY)]);
    expect(applied).toMatchObject({ postponed: 1, isOutdated: true });
    expect(group.keys()).toEqual([KEY]);
  });

  it("still opens what is wanted when the observation is old", async () => {
    const group = start(BUNNY, BAD);
    const applied = await group.apply([
      open(BUNNY),
      open(WIDE),
      close("sgr-1", BAD),
      rewrite("sgr-1", BAD, tcp("10.9.0.0/16", 443)),
    ]);
    expect(applied).toMatchObject({ done: [`open ${ruleKey(WIDE)}`], postponed: 2 });
    expect(group.keys()).toContain(ruleKey(BAD));
  });

  it("rewrites a rule, and then closes what waits for it", async () => {
    const group = start(WIDE, tcp("10.0.0.0/9", 443));
    const applied = await group.apply([
      rewrite("sgr-0", WIDE, BUNNY),
      close("sgr-1", tcp("10.0.0.0/9", 443), KEY),
    ]);
    expect(applied.done).toEqual([`rewrite ${KEY}`, "close in tcp 443 10.0.0.0/9"]);
    expect(group.keys()).toEqual([KEY]);
  });

  it("rewrites no rule that waits for an opening that failed", async () => {
    const group = start(WIDE);
    const other = tcp("10.9.0.0/16", 443);
    const applied = await group.apply([open(other), rewrite("sgr-0", WIDE, BUNNY, ruleKey(other))], {
      faults: [{ call: "groups.open", when: "before", code: "unreachable" }],
    });
    expect(applied).toMatchObject({ failed: ["open unreachable"], left: 1 });
    expect(group.keys()).toEqual([ruleKey(WIDE)]);
  });

  it("opens a rule by itself when the one that it was to be made of is gone", async () => {
    const group = start();
    const applied = await group.apply([rewrite("sgr-0", WIDE, BUNNY)]);
    expect(applied).toMatchObject({ done: [`open ${KEY}`], needless: new Set(["sgr-0"]), isOutdated: true });
    expect(group.keys()).toEqual([KEY]);
  });

  it("leaves both as they are when another rule has the value already", async () => {
    const group = start(WIDE, BUNNY);
    const applied = await group.apply([rewrite("sgr-0", WIDE, BUNNY), close("sgr-0", WIDE, KEY)]);
    expect(applied).toMatchObject({ done: [], needless: new Set([KEY]), postponed: 1, isOutdated: true });
    expect(group.keys()).toHaveLength(2);
  });

  it("says of each rule of a close that failed that it did", async () => {
    const group = start(BAD, tcp("203.0.113.7/32", 23));
    const applied = await group.apply([close("sgr-0", BAD), close("sgr-1", tcp("203.0.113.7/32", 23))], {
      faults: [{ call: "groups.close", when: "before", code: "RequestLimitExceeded" }],
    });
    expect(applied.failed).toEqual(["close RequestLimitExceeded", "close RequestLimitExceeded"]);
  });

  it("writes nothing without the time for it", async () => {
    const group = start(BAD);
    const applied = await group.apply([open(BUNNY), close("sgr-0", BAD)], {
      writer: { remainingMs: () => WRITE_RESERVE_MS - 1 },
    });
    expect(applied).toMatchObject({ done: [], postponed: 2, isOutdated: false });
    expect(writes(group)).toEqual([]);
  });

  it("writes nothing more from the second on at which an exception begins or ends", async () => {
    const group = start(BAD);
    const changes = [close("sgr-0", BAD)];
    expect(await group.apply(changes, { nextAt: AT })).toMatchObject({ done: [], postponed: 1 });
    expect(await group.apply(changes, { nextAt: AT + 1 })).toMatchObject({ postponed: 0 });
  });
});
