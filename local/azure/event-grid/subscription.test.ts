import { describe, expect, it } from "vitest";
import { EventSubscription, isFor } from "./subscription.ts";
import { deletion, NSG_ID, RESOURCE_GROUP, subscription } from "./test-event-grid.ts";

const event = deletion("Ssh");
const advanced = (operatorType: string, values: readonly string[], key = "data.operationName") =>
  subscription({ filter: { advancedFilters: [{ operatorType, key, values }] } });

describe("isFor", () => {
  it("takes what lies within the scope, in any case, at whole segments", () => {
    const within = (scope: string) => isFor(subscription({ scope }), event);
    expect([RESOURCE_GROUP, RESOURCE_GROUP.toUpperCase(), `${RESOURCE_GROUP}/`, NSG_ID].map(within)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([`${RESOURCE_GROUP}2`, RESOURCE_GROUP.slice(0, -1), `${NSG_ID}-2`].map(within)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("takes the types that are included, and all where none is named", () => {
    const included = (...includedEventTypes: string[]) =>
      isFor(subscription({ filter: { includedEventTypes } }), event);
    expect(included("Microsoft.Resources.ResourceDeleteSuccess")).toBe(true);
    expect(included("Microsoft.Resources.ResourceWriteSuccess")).toBe(false);
    expect(isFor(subscription(), event)).toBe(true);
  });

  it("compares the subject's beginning and end, with regard to case only where that is asked for", () => {
    const filtered = (filter: object) => isFor(subscription({ filter }), event);
    const lower = NSG_ID.toLowerCase();
    expect(filtered({ subjectBeginsWith: lower })).toBe(true);
    expect(filtered({ subjectBeginsWith: lower, isSubjectCaseSensitive: true })).toBe(false);
    expect(filtered({ subjectEndsWith: "/ssh" })).toBe(true);
    expect(filtered({ subjectEndsWith: "/rdp" })).toBe(false);
  });

  it.each([
    ["StringIn", ["MICROSOFT.Network/networkSecurityGroups/securityRules/delete"], true],
    ["StringIn", ["Microsoft.Network/networkSecurityGroups/securityRules/write"], false],
    ["StringNotIn", ["Microsoft.Network/networkSecurityGroups/securityRules/delete"], false],
    ["StringNotIn", ["Microsoft.Network/networkSecurityGroups/delete"], true],
    ["StringBeginsWith", ["other", "microsoft.network/networkSecurityGroups"], true],
    ["StringBeginsWith", ["Microsoft.Compute"], false],
    ["StringEndsWith", ["/delete"], true],
    ["StringEndsWith", ["/write"], false],
    ["StringContains", ["/SecurityRules/"], true],
    ["StringContains", ["/subnets/"], false],
  ])("passes what %s %s lets pass: %s", (operatorType, values, passes) => {
    expect(isFor(advanced(operatorType, values), event)).toBe(passes);
  });

  it("finds the event's own members by either spelling, and nothing at a key that is not there", () => {
    expect(isFor(advanced("StringEndsWith", ["/ssh"], "Subject"), event)).toBe(true);
    expect(isFor(advanced("StringEndsWith", ["/ssh"], "subject"), event)).toBe(true);
    expect(isFor(advanced("StringContains", [""], "data.nothing.here"), event)).toBe(false);
    expect(isFor(advanced("StringNotIn", ["x"], "data.nothing.here"), event)).toBe(true);
  });

  it("asks all of its filters", () => {
    const filter = {
      advancedFilters: [
        { operatorType: "StringEndsWith", key: "data.operationName", values: ["/delete"] },
        { operatorType: "StringIn", key: "data.status", values: ["Accepted"] },
      ],
    };
    expect(isFor(subscription({ filter }), event)).toBe(false);
  });
});

describe("EventSubscription", () => {
  it.each([
    [
      "an operator that is not supported",
      { filter: { advancedFilters: [{ operatorType: "NumberIn", key: "a", values: ["1"] }] } },
    ],
    [
      "more than 25 values",
      {
        filter: {
          advancedFilters: [
            { operatorType: "StringIn", key: "a", values: Array.from({ length: 26 }, String) },
          ],
        },
      },
    ],
    ["31 attempts", { retryPolicy: { maxDeliveryAttempts: 31 } }],
    ["a filter that it does not know", { filter: { enableAdvancedFilteringOnArrays: true } }],
    ["a scope that is no id", { scope: "rg-link" }],
  ])("does not take %s", (_what, change) => {
    const sound = { name: "a", scope: "/subscriptions/s1", functionName: "f" };
    expect(EventSubscription.safeParse(sound).success).toBe(true);
    expect(EventSubscription.safeParse({ ...sound, ...change }).success).toBe(false);
  });
});
