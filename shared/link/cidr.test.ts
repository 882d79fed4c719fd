import { describe, expect, it } from "vitest";
import { Cidr, contains, overlaps } from "./cidr.ts";

const faultOf = (text: unknown, schema = Cidr(0, 32)) => schema.safeParse(text).error?.issues[0]?.message;

describe("Cidr", () => {
  it.each(["10.0.0.0/16", "0.0.0.0/0", "255.255.255.255/32", "192.168.128.0/17"])(
    "takes %s as it is",
    (text) => {
      expect(Cidr(0, 32).parse(text)).toBe(text);
    },
  );

  it.each([
    ["10.0.0.1/16", "10.0.0.0/16"],
    ["100.68.0.18/18", "100.68.0.0/18"],
    ["255.255.255.255/1", "128.0.0.0/1"],
    ["1.2.3.4/0", "0.0.0.0/0"],
  ])("refuses the host bits of %s and says that it would become %s", (text, becomes) => {
    expect(faultOf(text)).toBe(
      `"${text}" has host bits set; it would become "${becomes}": write that if it is meant`,
    );
  });

  it.each([
    "10.0.0.0",
    "10.0.0/16",
    "010.0.0.0/16",
    "10.0.0.0/016",
    "256.0.0.0/8",
    "10.0.0.0/33",
    " 10.0.0.0/16",
    "::/0",
    "",
  ])("refuses %j, which is no IPv4 network", (text) => {
    expect(faultOf(text)).toBe(`"${text}" is no IPv4 network: write one such as "10.0.0.0/16"`);
  });

  it("refuses a size that the cloud does not take", () => {
    const message = (text: string) =>
      `"${text}" is of a size the cloud refuses: choose a prefix from /16 to /28`;
    expect(faultOf("10.0.0.0/15", Cidr(16, 28))).toBe(message("10.0.0.0/15"));
    expect(faultOf("10.0.0.0/29", Cidr(16, 28))).toBe(message("10.0.0.0/29"));
    expect(faultOf("10.0.0.0/28", Cidr(16, 28))).toBeUndefined();
  });

  it("refuses what is no text", () => {
    expect(faultOf(10)).toBe('write an IPv4 network such as "10.0.0.0/16"');
  });
});

describe("contains", () => {
  it.each([
    ["10.0.0.0/16", "10.0.1.0/24", true],
    ["10.0.0.0/16", "10.0.0.0/16", true],
    ["10.0.1.0/24", "10.0.0.0/16", false],
    ["10.0.0.0/16", "10.1.0.0/24", false],
    ["0.0.0.0/0", "255.255.255.0/24", true],
  ])("%s contains %s: %s", (outer, inner, expected) => {
    expect(contains(outer, inner)).toBe(expected);
  });
});

describe("overlaps", () => {
  it.each([
    ["10.0.0.0/16", "10.0.255.0/24", true],
    ["10.0.255.0/24", "10.0.0.0/16", true],
    ["10.0.0.0/16", "10.1.0.0/16", false],
    ["192.0.0.0/9", "192.128.0.0/9", false],
  ])("%s overlaps %s: %s", (one, other, expected) => {
    expect(overlaps(one, other)).toBe(expected);
  });
});
