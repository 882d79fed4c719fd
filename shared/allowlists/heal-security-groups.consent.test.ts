import { describe, expect, it } from "vitest";
import { ruleKey } from "./rule-key.ts";
import { startGroup as start } from "./test-healing.ts";
import { BUNNY, observed, tcp } from "./test-security-group.ts";

const BAD = tcp("0.0.0.0/0", 22);

describe("healSecurityGroups and consent", () => {
  const other = tcp("10.9.0.0/16", 443);

  it("remembers what the link wants once all of it is applied, and writes that once", async () => {
    const group = start([BUNNY], { rules: [BUNNY, other] }, [BUNNY]);
    await group.look();
    expect(group.kept()).toMatchObject({ lastApplied: [BUNNY, other], version: 2 });
    await group.look();
    expect(group.calls.count("standing.keep")).toBe(1);
  });

  it("remembers nothing of what was not wholly applied", async () => {
    const group = start([BUNNY], { rules: [BUNNY, other] }, [BUNNY]);
    group.calls.fail({ call: "groups.open", when: "before", code: "Malformed", retryable: false });
    await group.look();
    expect(group.kept()).toMatchObject({ lastApplied: [BUNNY], version: 1 });
  });

  it("remembers nothing of a group that is met for the first time, or only reported, or frozen", async () => {
    const met = start([BAD], {}, null);
    expect((await met.look()).reports).toMatchObject([{ withheld: { because: "first-met", count: 2 } }]);
    const reported = start([BAD], { mode: "report" });
    expect((await reported.look()).reports).toMatchObject([{ withheld: { because: "report-mode" } }]);
    const frozen = start([BAD]);
    expect((await frozen.look([], {}, undefined, "frozen")).reports).toMatchObject([
      { withheld: { because: "frozen", count: 2 } },
    ]);
    for (const group of [met, reported, frozen]) {
      expect(group.names()).toEqual(["groups.rules"]);
      expect(group.keys()).toEqual([ruleKey(BAD)]);
    }
  });

  it("holds what a look did not show yet, as a read may be of before it was opened", async () => {
    const group = start([BUNNY], {}, [BUNNY, other]);
    await group.look();
    group.groups.groups.set("sg-0a1b2c3d", observed(BUNNY, other).rules);
    expect((await group.look()).reports).toMatchObject([{ awaitingCount: 1, closed: 0 }]);
    expect(group.keys()).toEqual([BUNNY, other].map(ruleKey).sort());
  });

  it("leaves a group alone whose consent cannot be read, and says so", async () => {
    const group = start([BAD]);
    const { reports, problems } = await group.look([], {}, undefined, null, "unreadable");
    expect(reports).toEqual([]);
    expect(problems).toEqual([{ group: "relay", code: "unreadable-consent" }]);
    expect(group.names()).toEqual([]);
  });

  it("leaves it to the other run that has written meanwhile", async () => {
    const group = start([BUNNY], { rules: [BUNNY, other] }, [BUNNY]);
    const { trouble } = await group.look([], { store: { keep: async () => null } });
    expect(trouble).toEqual([]);
    expect(group.records).toContainEqual(expect.objectContaining({ event: "allowlist.other-run" }));
  });

  it("is in trouble when it cannot be remembered, and heals all the same", async () => {
    const group = start([BUNNY], { rules: [BUNNY, other] }, [BUNNY]);
    group.calls.fail({ call: "standing.keep", when: "before", code: "ThrottlingException" });
    const { reports, trouble } = await group.look();
    expect(reports).toMatchObject([{ opened: 1 }]);
    expect(trouble).toEqual([
      "relay: what was applied of the link could not be written down: ThrottlingException",
    ]);
    expect(group.records.at(-1)).toMatchObject({ event: "allowlist.consent-not-kept" });
  });
});
