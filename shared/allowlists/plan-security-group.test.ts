import { describe, expect, it } from "vitest";
import { ruleKey } from "./rule-key.ts";
import type { Rule } from "./schema.ts";
import { BUNNY, consentTo, lines, observed, plan, tcp } from "./test-security-group.ts";

const WORLD = tcp("0.0.0.0/0", 22);
const [A, B] = [tcp("10.0.0.0/24", 443), tcp("10.0.1.0/24", 443)];
const out: Rule = { ...tcp("10.0.0.0/24", 443), direction: "out" };

describe("planSecurityGroup", () => {
  it("does nothing for a group that has what is wanted, whatever its descriptions say", () => {
    const there = observed({ ...BUNNY, description: "by hand" });
    expect(plan({ there })).toEqual({
      changes: [],
      withheld: null,
      awaitingConsent: [],
      openByOthers: [],
      unreadable: [],
      drift: [],
      refused: null,
      nextAt: null,
    });
  });

  it("closes what was never wanted, and opens what is missing first", () => {
    expect(lines({ there: observed(WORLD, out) })).toEqual([
      `open ${ruleKey(BUNNY)}: missing`,
      `close sgr-0 ${ruleKey(WORLD)}: unwanted`,
      `close sgr-1 ${ruleKey(out)}: unwanted`,
    ]);
  });

  it("closes 200 that were never wanted at once, with no shrinking allowed", () => {
    const bad = Array.from({ length: 200 }, (_, n) => tcp(`198.51.100.${n}/32`, 22));
    expect(lines({ there: observed(BUNNY, ...bad) })).toHaveLength(200);
  });

  it("says how each differs, and of what is new that nobody took it away", () => {
    const { drift } = plan({
      desired: { rules: [BUNNY, A] },
      there: observed(WORLD),
      consent: consentTo([BUNNY]),
    });
    expect(drift.map(({ reason, rule, id }) => [reason, ruleKey(rule), id])).toEqual([
      ["newly-wanted", ruleKey(A), undefined],
      ["missing", ruleKey(BUNNY), undefined],
      ["unwanted", ruleKey(WORLD), "sgr-0"],
    ]);
  });

  it("leaves alone what is written otherwise and lets the same pass", () => {
    const halves = [tcp("10.10.1.0/25", 443), tcp("10.10.1.128/25", 443)];
    expect(lines({ there: observed(...halves) })).toEqual([]);
  });

  it("narrows what is too wide by opening the wanted part first, which the closing waits for", () => {
    const wide = tcp("10.10.0.0/16", 443);
    const { changes } = plan({ there: observed(wide) });
    expect(changes).toMatchObject([
      { kind: "open", rule: BUNNY, reason: "missing" },
      { kind: "close", id: "sgr-0", reason: "too-wide", waitsFor: [ruleKey(BUNNY)] },
    ]);
  });

  it("closes what is unwanted without waiting for anything", () => {
    expect(plan({ there: observed(WORLD) }).changes.at(-1)).toMatchObject({ kind: "close", waitsFor: [] });
  });

  it("closes a rule of ours that opens only what others do", () => {
    expect(lines({ there: observed(BUNNY, tcp("10.10.1.7/32", 443)) })).toEqual([
      "close sgr-1 in tcp 443 10.10.1.7/32: redundant",
    ]);
  });

  it("closes as many of those as can go, and no more", () => {
    const halves = [tcp("10.10.1.0/25", 443), tcp("10.10.1.128/25", 443)];
    expect(lines({ there: observed(...halves, tcp("10.10.1.0/26", 443)) })).toEqual([
      "close sgr-2 in tcp 443 10.10.1.0/26: redundant",
    ]);
  });

  it("closes what should not be open before what does no harm", () => {
    const late = tcp("192.0.2.0/24", 80);
    expect(lines({ there: observed(BUNNY, tcp("10.10.1.7/32", 443), late) })[0]).toContain("close sgr-2");
  });

  it("keeps two wanted rules of which one has all of the other", () => {
    const inner = tcp("10.10.1.7/32", 443);
    expect(lines({ desired: { rules: [BUNNY, inner] }, there: observed(BUNNY, inner) })).toEqual([]);
  });

  it("touches nothing of a direction that nobody looks after", () => {
    expect(lines({ desired: { directions: ["in"] }, there: observed(BUNNY, out) })).toEqual([]);
  });

  it("refuses a group that is not there, and plans nothing for it", () => {
    const gone = { rules: null, prefixListSizes: new Map() };
    expect(plan({ there: gone })).toMatchObject({
      changes: [],
      drift: [],
      refused: { reason: "no-such-group" },
    });
  });
});

describe("planSecurityGroup of a group where only marked rules are ours", () => {
  const desired = { own: "marked" as const };
  const foreign = (...rules: Rule[]) => {
    const there = observed(...rules);
    return { ...there, rules: there.rules.map((one) => ({ ...one, marked: false })) };
  };

  it("touches none of the others", () => {
    expect(lines({ desired, there: foreign(WORLD, out) })).toEqual([`open ${ruleKey(BUNNY)}: missing`]);
  });

  it("does not rely on a wider rule of others, which may go", () => {
    expect(lines({ desired, there: foreign(tcp("10.0.0.0/8", 443)) })).toEqual([
      `open ${ruleKey(BUNNY)}: missing`,
    ]);
  });

  it("lets the very rule of others do, which AWS does not take twice", () => {
    expect(lines({ desired, there: foreign(BUNNY) })).toEqual([]);
  });
});

describe("planSecurityGroup of a full group", () => {
  it("closes what is unwanted to make room, and only as much as is needed before the opening", () => {
    expect(lines({ desired: { rulesMax: 2 }, there: observed(WORLD, tcp("0.0.0.0/0", 23)) })).toEqual([
      `close sgr-0 ${ruleKey(WORLD)}: unwanted`,
      `open ${ruleKey(BUNNY)}: missing`,
      "close sgr-1 in tcp 23 0.0.0.0/0: unwanted",
    ]);
  });

  it("does not count the other direction and the other address family", () => {
    const ipv6 = tcp("fd00::/64", 22);
    expect(lines({ desired: { rulesMax: 2 }, there: observed(WORLD, ipv6, out) })[0]).toBe(
      `open ${ruleKey(BUNNY)}: missing`,
    );
  });

  it("makes room with no rule of another count", () => {
    const there = observed(tcp("fd00::/64", 21), WORLD);
    expect(lines({ desired: { rulesMax: 1 }, there })[0]).toContain("close sgr-1");
  });

  it("counts a prefix list with the most entries it may have, in both families", () => {
    const list: Rule = { ...BUNNY, peer: { kind: "prefix-list", id: "pl-0a1b2c3d" } };
    const there = { ...observed(list), prefixListSizes: new Map([["pl-0a1b2c3d", 10]]) };
    expect(lines({ desired: { rulesMax: 10 }, there })[0]).toContain("close sgr-0");
    expect(lines({ desired: { rulesMax: 11 }, there })[0]).toContain("open");
  });

  it("rewrites a rule that is too wide in place when no other has to go", () => {
    const wide = tcp("10.10.0.0/16", 443);
    expect(lines({ desired: { rulesMax: 1 }, there: observed(wide) })).toEqual([
      `rewrite sgr-0 ${ruleKey(wide)} to ${ruleKey(BUNNY)}`,
    ]);
  });

  it("rewrites none that could be closed by then: a run that begins there would close it, whatever it has turned into", () => {
    const ports = (cidr: string, from: number, to: number) => ({ ...tcp(cidr, from), ports: { from, to } });
    const [all, one] = [ports("10.0.0.0/8", 442, 444), ports("10.0.0.6/32", 443, 445)];
    const there = observed(tcp("10.0.0.0/30", 443), tcp("10.0.0.0/24", 443));
    expect(lines({ desired: { rules: [all, one], rulesMax: 2 }, there })).toEqual([
      `rewrite sgr-1 in tcp 443 10.0.0.0/24 to ${ruleKey(all)}`,
      "close sgr-0 in tcp 443 10.0.0.0/30: redundant",
      `open ${ruleKey(one)}: missing`,
    ]);
  });

  it("opens before it closes in a group with more rules than its quota, which then must be larger", () => {
    expect(lines({ desired: { rulesMax: 1 }, there: observed(WORLD, tcp("0.0.0.0/0", 23)) })[1]).toBe(
      `open ${ruleKey(BUNNY)}: missing`,
    );
  });

  it("says so, and closes no wanted flow, when no slot can be freed", () => {
    const both = tcp("10.0.0.0/22", 443);
    const { changes, refused, drift } = plan({
      desired: { rules: [A, B], rulesMax: 1 },
      there: observed(both),
    });
    expect(changes).toEqual([]);
    expect(refused).toEqual({ reason: "group-full", notOpened: [A, B], notClosed: [both] });
    expect(drift.map(({ reason }) => reason)).toEqual(["missing", "missing", "too-wide"]);
  });
});

describe("planSecurityGroup of a rule within a wanted one", () => {
  const within = tcp("10.10.1.9/32", 443);
  const there = (marked: boolean) => ({
    ...observed(),
    rules: [...observed(BUNNY).rules, { id: "sgr-within", rule: within, marked }],
  });
  const driftOf = (marked: boolean, lastApplied: readonly Rule[] | null = [BUNNY]) =>
    plan({ there: there(marked), consent: consentTo(lastApplied) }).drift;

  it("says that somebody else has added it where it has no mark, and no link ever wanted it", () => {
    expect(driftOf(false)).toMatchObject([{ id: "sgr-within", reason: "redundant", isByOthers: true }]);
    const drift = { rule: within, id: "sgr-within", reason: "redundant" };
    expect(driftOf(true)).toEqual([drift]);
    expect(driftOf(false, [BUNNY, within])).toEqual([drift]);
    expect(driftOf(false, null)).toEqual([drift]);
  });
});
