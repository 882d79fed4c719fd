import { describe, expect, it } from "vitest";
import { familyOf, isServiceTag } from "./addresses.ts";

describe("familyOf", () => {
  it.each([
    ["10.0.0.1", "ipv4"],
    ["10.0.0.0/8", "ipv4"],
    ["0.0.0.0/0", "ipv4"],
    ["10.0.0.1/32", "ipv4"],
    ["fd00::", "ipv6"],
    ["fd00:0:0:1::/64", "ipv6"],
    ["::/0", "ipv6"],
    ["::1/128", "ipv6"],
    ["2001:db8:1:2:3:4:5:6/128", "ipv6"],
    ["::ffff:10.0.0.0/104", "ipv6"],
  ])("takes %s for %s", (text, family) => {
    expect(familyOf(text)).toBe(family);
  });

  it.each([
    "10.0.0.1/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0",
    "fd00::1/64",
    "fd00::/129",
    "::1/0",
    "::ffff:10.0.0.1/104",
    "10.0.0.1-10.0.0.9",
    "any",
    "",
  ])("takes %s for none", (text) => {
    expect(familyOf(text)).toBeUndefined();
  });
});

describe("isServiceTag", () => {
  it("knows tags in any case, with a region or without", () => {
    expect(
      ["VirtualNetwork", "internet", "AzureCloud.uksouth", "AzureFrontDoor.FirstParty"].map(isServiceTag),
    ).toEqual([true, true, true, true]);
    expect(["AzureCloudy", "AzureCloud.", "AzureCloud.uk.south", "any", "*"].map(isServiceTag)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
