import { describe, expect, it } from "vitest";
import { addressBeforePort, addressOf, commonNameOf, ownName, serialOf } from "./fields.ts";

describe("addressOf", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::FFFF:0a00:0001", "10.0.0.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["::1", "::1"],
    ["0.0.0.0", "0.0.0.0"],
  ])("writes %s as %s", (text, address) => {
    expect(addressOf(text)).toBe(address);
  });

  it.each([
    "10.0.0.0/8",
    "10.0.0.1/32",
    "010.0.0.1",
    "10.0.0",
    "10.0.0.256",
    "fe80::1%eth0",
    "",
    "unix:",
    " 10.0.0.1",
  ])("takes %j for no address", (text) => {
    expect(addressOf(text)).toBeNull();
  });

  it("takes nothing for nothing", () => {
    expect(addressOf(null)).toBeNull();
  });
});

describe("addressBeforePort", () => {
  it.each([
    ["10.0.0.1:443", "10.0.0.1"],
    ["10.0.0.1", "10.0.0.1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["2001:db8::1", "2001:db8::1"],
  ])("takes from %s the address", (text, address) => {
    expect(addressBeforePort(text)).toBe(address);
  });

  it.each(["10.0.0.1:", "10.0.0.1:x", "10.0.0.1:4:4", "[10.0.0.1", "[::1]x", "pipe"])(
    "takes from %s none",
    (text) => {
      expect(addressBeforePort(text)).toBeNull();
    },
  );
});

describe("serialOf", () => {
  it("writes every spelling of a serial number in one way", () => {
    expect(serialOf("00:4B:4D")).toBe("4b4d");
    expect(serialOf("0")).toBe("0");
  });

  it("takes what is longer than any serial number for none", () => {
    expect(serialOf("a".repeat(41))).toBeNull();
    expect(serialOf("0".repeat(60))).toBeNull();
    expect(serialOf("")).toBeNull();
  });
});

describe("commonNameOf", () => {
  it.each([
    ["CN=bunny.example.com,O=Example", "bunny.example.com"],
    ["O=Example, cn=bunny.example.com", "bunny.example.com"],
    ["O=Example+CN=bunny.example.com", "bunny.example.com"],
  ])("finds in %s the name", (subject, name) => {
    expect(commonNameOf(subject)).toBe(name);
  });

  it.each([
    "O=Example",
    "CN=a,CN=bunny.example.com",
    "O=a\\,CN=bunny.example.com",
    'O="a,CN=bunny.example.com"',
    "/O=a/CN=bunny.example.com",
    `CN=bunny.example.com,O=${"x".repeat(1_024)}`,
  ])("finds none in %s, which may be read in two ways", (subject) => {
    expect(commonNameOf(subject)).toBeNull();
  });
});

describe("ownName", () => {
  it("knows the link's names in any case, and no other", () => {
    expect(ownName(["a.example.com"], "A.Example.com")).toBe("a.example.com");
    expect(ownName(["a.example.com"], null, "a.example.com.")).toBeNull();
    expect(ownName([], "a.example.com")).toBeNull();
  });
});
