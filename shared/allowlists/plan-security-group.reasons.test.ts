/** Why rules of a security group are opened and closed, and which of several needless ones goes. */
import { describe, expect, it } from "vitest";
import type { Rule } from "./schema.ts";
import { AT, BUNNY, consentTo, lines, observed, plan, tcp } from "./test-security-group.ts";

const wide = tcp("10.0.0.0/22", 443);
/** What of it is wanted leaves two pieces: the network before it, and those after it. */
const MIDDLE = tcp("10.0.1.0/24", 443);
const [BEFORE, AFTER] = [tcp("10.0.0.0/24", 443), tcp("10.0.2.0/23", 443)];
const over = (rule: Rule, until = AT) => ({ rule, author: "alice", reason: "move", until });
const closing = (lastApplied: readonly Rule[], ...exceptions: ReturnType<typeof over>[]) =>
  plan({
    desired: { rules: [MIDDLE], exceptions },
    there: observed(MIDDLE, wide),
    consent: consentTo(lastApplied, { shrinkMax: 9 }),
  }).changes[0];

describe("planSecurityGroup says of what it closes", () => {
  it("that an exception is over only where exceptions account for all of it, and which came last", () => {
    expect(closing([MIDDLE], over(BEFORE))).toMatchObject({ kind: "close", reason: "too-wide" });
    const last = over(AFTER, AT - 1);
    expect(closing([MIDDLE], over(BEFORE), last)).toMatchObject({
      ...{ kind: "close", reason: "exception-over", exception: last },
    });
  });

  it("that the link wants it no longer only where the last link wanted all of it", () => {
    expect(closing([MIDDLE, BEFORE])).toMatchObject({ kind: "close", reason: "too-wide" });
    expect(closing([MIDDLE, BEFORE, AFTER])).toMatchObject({ kind: "close", reason: "no-longer-wanted" });
  });
});

describe("planSecurityGroup says of what it opens", () => {
  const opening = (lastApplied: readonly Rule[]) =>
    plan({ desired: { rules: [BEFORE] }, there: observed(), consent: consentTo(lastApplied) }).changes[0];

  it("that it is missing where the last link wanted it, be it as a part of something wider", () => {
    expect(opening([BEFORE])).toMatchObject({ kind: "open", reason: "missing" });
    expect(opening([wide])).toMatchObject({ kind: "open", reason: "missing" });
    expect(opening([BUNNY])).toMatchObject({ kind: "open", reason: "newly-wanted" });
  });
});

describe("planSecurityGroup, of rules that others make needless", () => {
  const ports = (from: number, to: number): Rule => ({ ...BUNNY, ports: { from, to } });

  it("opens no rule for what another one opens that it opens too", () => {
    expect(lines({ desired: { rules: [BEFORE, wide] }, there: observed() })).toEqual([
      "open in tcp 443 10.0.0.0/22: missing",
    ]);
  });

  it("takes away the first of two by name where either could go, in whatever order they were observed", () => {
    const rules = [ports(440, 447), ports(440, 448), ports(441, 449)];
    const given = (there: readonly Rule[]) => ({
      ...{ desired: { rules: [ports(440, 449)] }, there: observed(...there) },
    });
    for (const there of [rules, rules.toReversed()])
      expect(plan(given(there)).changes).toMatchObject([{ kind: "close", rule: ports(440, 447) }]);
  });
});
