import { describe, expect, it } from "vitest";
import { UNKNOWN_ACTOR } from "./actor.ts";
import { attribute } from "./attribute.ts";
import type { Drift, DriftReason, Rule } from "./schema.ts";
import { NOTHING_SAID, type SeenChange } from "./seen.ts";

const AT = 1_795_248_000;
const SSH: Rule = {
  direction: "in",
  protocol: "tcp",
  ports: { from: 22, to: 22 },
  peer: { kind: "cidr", cidr: "0.0.0.0/0" },
  description: "",
};
const actor = (key: string) => ({ ...UNKNOWN_ACTOR, kind: "user", name: key, key }) as const;
const change = (more: Partial<SeenChange> = {}): SeenChange => ({
  id: "one",
  groups: ["relay"],
  at: AT,
  actor: actor("alice"),
  sourceAddress: null,
  tool: null,
  call: "AuthorizeSecurityGroupIngress",
  what: { ...NOTHING_SAID, added: [SSH], isComplete: true },
  ...more,
});
const drift = (reason: DriftReason, more: Partial<Drift> = {}): Drift => ({ reason, rule: SSH, ...more });
const whoDid = (
  reason: DriftReason,
  changes: readonly SeenChange[],
  more: Partial<Drift> = {},
  inOrderAt: number | null = null,
) => attribute({ group: "relay", drift: drift(reason, more), inOrderAt }, changes);

const UNKNOWN = { certainty: "unknown", change: null };

describe("attribute", () => {
  it("names who added the rule, described otherwise or not", () => {
    const described = change({
      what: { ...NOTHING_SAID, added: [{ ...SSH, description: "x" }], isComplete: true },
    });
    expect(whoDid("unwanted", [described])).toEqual({ certainty: "named", change: described });
  });

  it("names who removed it", () => {
    const removed = change({ what: { ...NOTHING_SAID, removed: [SSH], isComplete: true } });
    expect(whoDid("missing", [removed])).toEqual({ certainty: "named", change: removed });
    expect(whoDid("unwanted", [removed])).toEqual(UNKNOWN);
  });

  it("names the last of several, in whatever order they are heard of", () => {
    const later = change({ id: "two", at: AT + 5, actor: actor("bob") });
    for (const changes of [
      [change(), later],
      [later, change()],
    ])
      expect(whoDid("unwanted", changes)).toEqual({ certainty: "named", change: later });
  });

  it("names who touched the rule by its id, in any case", () => {
    const touched = change({ what: { ...NOTHING_SAID, touched: ["Allow-SSH"] } });
    expect(whoDid("too-wide", [touched], { id: "allow-ssh" })).toEqual({
      certainty: "named",
      change: touched,
    });
  });

  it("takes a rule without a direction for one of either", () => {
    const modified = change({ what: { ...NOTHING_SAID, added: [{ ...SSH, direction: null }] } });
    expect(whoDid("unwanted", [modified], { rule: { ...SSH, direction: "out" } })).toMatchObject({
      certainty: "named",
    });
  });

  it("does not name whoever changed something else", () => {
    const other = { ...SSH, ports: { from: 23, to: 23 } };
    expect(
      whoDid("unwanted", [change({ what: { ...NOTHING_SAID, added: [other], isComplete: true } })]),
    ).toEqual(UNKNOWN);
  });

  it("knows nobody when only the sweep saw it, or the change was of another group", () => {
    expect(whoDid("unwanted", [])).toEqual(UNKNOWN);
    expect(whoDid("unwanted", [change({ groups: ["loader"] })])).toEqual(UNKNOWN);
  });

  it("names as likely the one actor of changes that do not say what they changed", () => {
    const written = change({ call: "CreateSecurityGroup", what: NOTHING_SAID, groups: "all" });
    expect(whoDid("missing", [written])).toEqual({ certainty: "likely", change: written });
  });

  it("knows nobody when several might have done it, or one of them is unknown", () => {
    const silent = { call: "ModifySecurityGroupRules", what: NOTHING_SAID };
    const written = change(silent);
    const another = change({ ...silent, id: "two", actor: actor("bob") });
    const nobody = change({ ...silent, id: "three", actor: UNKNOWN_ACTOR });
    expect(whoDid("missing", [written])).toMatchObject({ certainty: "likely" });
    expect(whoDid("missing", [written, another])).toEqual(UNKNOWN);
    expect(whoDid("missing", [nobody])).toEqual(UNKNOWN);
  });

  it("leaves alone what was before the group was last in order, but for what a look may have missed", () => {
    expect(whoDid("unwanted", [change()], {}, AT + 61)).toEqual(UNKNOWN);
    expect(whoDid("unwanted", [change()], {}, AT + 60)).toMatchObject({ certainty: "named" });
    expect(whoDid("unwanted", [change({ at: null })], {}, AT + 61)).toMatchObject({ certainty: "named" });
  });

  it.each<DriftReason>(["newly-wanted", "no-longer-wanted", "awaiting-consent", "redundant"])(
    "names nobody for %s: the link itself changed",
    (reason) => {
      expect(whoDid(reason, [change()])).toEqual({ certainty: "link", change: null });
    },
  );

  it("names nobody for an exception that begins, and who removed one that had begun", () => {
    const exception = { rule: SSH, author: "carol", reason: "a move", from: AT - 50, until: AT + 100 };
    const removed = change({ what: { ...NOTHING_SAID, removed: [SSH], isComplete: true } });
    const began = { certainty: "link", change: null };
    const { from: _, ...atOnce } = exception;
    expect(whoDid("missing", [], { exception }, AT - 60)).toEqual(began);
    expect(whoDid("missing", [], { exception: atOnce }, AT - 60)).toEqual(began);
    expect(whoDid("missing", [], { exception })).toEqual(began);
    expect(whoDid("missing", [], { exception }, AT - 40)).toEqual(UNKNOWN);
    expect(whoDid("missing", [removed], { exception })).toEqual({ certainty: "named", change: removed });
  });

  it("names who opened again what was seen closed after its exception had ended", () => {
    const exception = { rule: SSH, author: "carol", reason: "a move", until: AT - 100 };
    const again = (inOrderAt: number | null) =>
      whoDid("exception-over", [change()], { exception }, inOrderAt);
    expect(again(AT - 100)).toMatchObject({ certainty: "named" });
    expect(again(null)).toMatchObject({ certainty: "named" });
    expect(whoDid("exception-over", [], { exception }, AT)).toEqual(UNKNOWN);
    const over = { certainty: "link", change: null };
    expect(whoDid("exception-over", [], { exception }, AT - 101)).toEqual(over);
    expect(whoDid("exception-over", [], { exception })).toEqual(over);
  });

  it("names nobody who opened it while the exception ran, or whose event does not say when", () => {
    const exception = { rule: SSH, author: "carol", reason: "a move", until: AT + 1 };
    const over = { certainty: "link", change: null };
    expect(whoDid("exception-over", [change()], { exception })).toEqual(over);
    expect(whoDid("exception-over", [change({ at: null })], { exception })).toEqual(over);
    expect(whoDid("exception-over", [change({ what: NOTHING_SAID, at: AT + 2 })], { exception })).toEqual(
      over,
    );
  });

  it("takes for somebody's doing what no exception that is known has opened", () => {
    expect(whoDid("exception-over", [])).toEqual(UNKNOWN);
    expect(whoDid("exception-over", [change()])).toMatchObject({ certainty: "named" });
  });

  it.each([
    [
      "another rule by its id",
      { call: "ModifySecurityGroupRules", what: { ...NOTHING_SAID, touched: ["sgr-2"] } },
    ],
    ["a description alone", { call: "UpdateSecurityGroupRuleDescriptionsIngress", what: NOTHING_SAID }],
    [
      "the description of that very rule",
      { call: "UpdateSecurityGroupRuleDescriptionsIngress", what: { ...NOTHING_SAID, touched: ["sgr-1"] } },
    ],
    ["what can only have closed", { call: "RevokeSecurityGroupIngress", what: NOTHING_SAID }],
    ["the other direction", { call: "AuthorizeSecurityGroupEgress", what: NOTHING_SAID }],
    [
      "an NSG's rule of that name by deleting it",
      {
        call: "Microsoft.Network/networkSecurityGroups/securityRules/delete",
        what: { ...NOTHING_SAID, touched: ["sgr-1"] },
      },
    ],
  ])("does not take for likely who changed %s", (_what, more) => {
    expect(whoDid("unwanted", [change(more)], { id: "sgr-1" })).toEqual(UNKNOWN);
  });

  it("knows nobody of two sessions of one role", () => {
    const role = (name: string) => ({ ...actor("role"), name });
    const silent = { call: "ModifySecurityGroupRules", what: NOTHING_SAID };
    const one = change({ ...silent, actor: role("alice") });
    expect(whoDid("unwanted", [one])).toMatchObject({ certainty: "likely" });
    expect(whoDid("unwanted", [one, change({ ...silent, id: "two", actor: role("bob") })])).toEqual(UNKNOWN);
  });
});
