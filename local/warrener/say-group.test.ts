import { describe, expect, it } from "vitest";
import type { ReportDraft } from "../../shared/allowlists/report-draft.ts";
import { sayGroupPlans, sayGroupStatus } from "./say-group.ts";
import { standGroup } from "./stand-group.ts";
import { CLOSE, DRIFT, GROUP, NSG, OPEN, planOf, report, ruleOf, stands } from "./test-groups.ts";
import { NOW } from "./test-plans.ts";

const moment = { now: NOW, timeZone: "UTC" };
const say = (changes: Partial<ReportDraft>, group: typeof GROUP | typeof NSG = GROUP) =>
  sayGroupPlans([stands(report(changes), group)], moment);
const withheld = (because: "report-mode" | "first-met" | "frozen" | "plan-only") => ({
  withheld: { because, changes: [OPEN, CLOSE] },
});
const CHANGES = [
  "      opens in tcp 443 10.10.1.0/24: wanted, and not open",
  "      closes in tcp 22 0.0.0.0/0 (sgr-0a1b): not wanted",
];

describe("sayGroupPlans", () => {
  it("says that one is in order, and what kind it is", () => {
    expect(say({})).toEqual(["relay: security group.", "    In order."]);
    expect(say({}, { ...NSG, mode: "report" })[0]).toBe(
      "bunny: network security group, Warrener's own rules alone, report mode.",
    );
  });

  it("says what the next run opens and closes, and why", () => {
    expect(say({ drift: [DRIFT], ...withheld("plan-only") })).toEqual([
      "relay: security group.",
      "    The next run, within 15 minutes, makes 2 changes.",
      ...CHANGES,
    ]);
  });

  it("says that a group waits to be accepted, and what is done then", () => {
    expect(say(withheld("first-met")).slice(1)).toEqual([
      "    Met for the first time: nothing in it is touched before `accept relay`, which makes 2 changes.",
      ...CHANGES,
    ]);
  });

  it("says that accepting a group that is as the link wants it changes nothing", () => {
    expect(say({ withheld: { because: "first-met", changes: [] } })[1]).toMatch(
      /before `accept relay`, which would change nothing now\.$/,
    );
  });

  it("says what stays open until it is accepted that the link wants less", () => {
    const lines = say({ awaitingConsent: [ruleOf(8_443)], ...withheld("plan-only") });
    expect(lines.slice(1)).toEqual([
      "    1 rule that the last link wanted and this one does not: open until `accept relay`.",
      "      in tcp 8443 10.10.1.0/24",
      "    The next run, within 15 minutes, makes 2 changes.",
      ...CHANGES,
    ]);
  });

  it("says what would be done in a group that is kept in report mode", () => {
    expect(say({ drift: [DRIFT], ...withheld("report-mode") })[1]).toBe(
      "    1 difference, told and not touched: the link keeps it in report mode. It would take 2 changes.",
    );
  });

  it("promises nothing before the thaw while the link is frozen", () => {
    expect(say({ drift: [DRIFT], ...withheld("frozen") })[1]).toBe(
      "    The first run after the thaw makes 2 changes.",
    );
  });

  it("says how many more there are than it shows", () => {
    const changes = Array.from({ length: 250 }, (_, index) => ({ ...CLOSE, id: `sgr-${index}` }));
    const lines = say({ withheld: { because: "plan-only", changes } });
    expect(lines[1]).toContain("makes 250 changes");
    expect(lines.at(-1)).toBe("      and 200 more");
  });

  it.each([
    ["no-such-group", /^ {4}The cloud has no such group: is its id in the link right/],
    ["group-full", /^ {4}The group has no room left: raise its quota/],
    ["not-expressible", /^ {4}No rule of the group can say what the link wants/],
    ["blocked", /^ {4}Rules that are not Warrener's stand in the way/],
    ["cannot-close", /^ {4}Rules that are not wanted cannot be closed/],
    ["open-by-others", /^ {4}Exceptions are over, and rules that are not Warrener's keep them open/],
    ["prefix-list-changed", /^ {4}Somebody has changed a prefix list/],
    ["unreadable-rule", /^ {4}Rules cannot be read, and are left as they are/],
  ] as const)("says of %s what is wrong, and of which rules", (kind, words) => {
    const lines = say({ troubles: [{ kind, rules: ["in tcp 443 10.10.1.0/24"] }] });
    expect(lines[1]).toMatch(words);
    expect(lines[2]).toBe("      in tcp 443 10.10.1.0/24");
  });

  it("says when an exception begins or ends next", () => {
    const exception = { rule: ruleOf(22), author: "alice", reason: "an incident", until: NOW + 3_600 };
    const group = { ...GROUP, exceptions: [exception] };
    expect(say({ nextAt: NOW + 3_600 }, group).slice(1)).toEqual([
      "    In order.",
      "    An exception ends 2026-11-21 09:00:00 UTC, in 1 hour.",
    ]);
    expect(say({ nextAt: NOW + 60 }, group)[2]).toMatch(/An exception begins .*, in 1 minute\.$/);
  });

  it("says of a group that was not read why, and that it will be", () => {
    expect(sayGroupPlans([stands({ code: "RequestLimitExceeded" })], moment)[1]).toBe(
      "    It could not be read: RequestLimitExceeded. The next run tries again.",
    );
  });

  it("says of a group that the function does not know that it may be of another link", () => {
    const [, said] = sayGroupPlans([standGroup(GROUP, planOf())], moment);
    expect(said).toBe("    The deployed function does not look after it: was it deployed from this link?");
  });

  it("lets no control character of somebody's text reach the terminal", () => {
    const lines = say({
      withheld: { because: "plan-only", changes: [{ ...CLOSE, rule: "in\u001b[31m\n" }] },
    });
    for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
  });
});

describe("sayGroupStatus", () => {
  it("says the sentences alone", () => {
    const changes = { awaitingConsent: [ruleOf(8_443)], ...withheld("plan-only") };
    expect(sayGroupStatus(stands(report(changes)), moment)).toEqual([
      "security group. 1 rule that the last link wanted and this one does not: open until `accept relay`.",
      "The next run, within 15 minutes, makes 2 changes.",
    ]);
  });
});
