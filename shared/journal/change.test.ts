import { describe, expect, it } from "vitest";
import { ChangeRecord, changeId, inOrder } from "./change.ts";
import { changeAt } from "./test-changes.ts";

const AT = "2026-11-21T08:00:00.000Z";
const change = changeAt(AT, "one");

describe("ChangeRecord", () => {
  it("takes a change as it is made", () => {
    expect(ChangeRecord.parse(change)).toEqual(change);
    expect(ChangeRecord.parse({ ...change, before: {}, after: null, requestIds: {} })).toBeDefined();
  });

  it.each([
    ["an instant without milliseconds", { at: "2026-11-21T08:00:00Z" }],
    ["an instant in another zone", { at: "2026-11-21T08:00:00.000+01:00" }],
    ["a fact that is no text and no number", { after: { serial: { secret: "x" } } }],
    ["a fact that is not whole", { after: { notAfter: 1.5 } }],
    ["a fact that is longer than any name", { after: { csr: "x".repeat(2_049) } }],
    [
      "more facts than a change has",
      { after: Object.fromEntries([..."abcdefghijklmnopq"].map((key) => [key, 1])) },
    ],
    ["facts in a list", { after: ["ab12"] }],
    ["an unknown kind", { kind: "explode" }],
    ["the id of an unknown service", { requestIds: { slack: "x" } }],
    ["anything else", { privateKey: "x" }],
  ])("refuses %s", (_what, wrong) => {
    expect(ChangeRecord.safeParse({ ...change, ...wrong }).success).toBe(false);
  });
});

describe("changeId", () => {
  it("is the same for the same change, and another for whatever else", () => {
    const of = changeId("link", "bunny-client", "issue", "arn");
    expect(changeId("link", "bunny-client", "issue", "arn")).toBe(of);
    const others = [
      changeId("other", "bunny-client", "issue", "arn"),
      changeId("link", "other", "issue", "arn"),
      changeId("link", "bunny-client", "merge", "arn"),
      changeId("link", "bunny-client", "issue", "arn2"),
    ];
    expect(new Set([of, ...others]).size).toBe(5);
  });
});

describe("inOrder", () => {
  const later = (ms: string, subject: string) => changeAt(`2026-11-21T08:00:00.${ms}Z`, subject);

  it("sorts by time", () => {
    const [one, two, three] = [later("001", "a"), later("002", "b"), later("010", "c")];
    expect(inOrder([three, one, two])).toEqual([one, two, three]);
  });

  it("keeps of a change that was recorded twice what was recorded first", () => {
    const first = later("001", "a");
    expect(inOrder([later("005", "a"), later("003", "b"), first])).toEqual([first, later("003", "b")]);
  });
});
