import { describe, expect, it } from "vitest";
import { canonicalCidr } from "./cidr.ts";

describe("canonicalCidr", () => {
  it("clears the host bits", () => {
    expect(canonicalCidr("100.68.0.18/18", "ipv4")).toBe("100.68.0.0/18");
    expect(canonicalCidr("255.255.255.255/0", "ipv4")).toBe("0.0.0.0/0");
    expect(canonicalCidr("10.0.0.1/32", "ipv4")).toBe("10.0.0.1/32");
    expect(canonicalCidr("2001:db8:ffff::1/33", "ipv6")).toBe("2001:db8:8000::/33");
  });

  it("compresses IPv6 and writes it in lower case", () => {
    expect(canonicalCidr("2001:0DB8:0:0:0:0:0:0001/128", "ipv6")).toBe("2001:db8::1/128");
    expect(canonicalCidr("0:0:0:0:0:0:0:0/0", "ipv6")).toBe("::/0");
  });

  it("knows no network without a length, of the other family, or out of bounds", () => {
    for (const text of ["10.0.0.1", "10.0.0.0/33", "10.0.0/8", "::/0", "", "10.0.0.0/8/8", "10.0.0.0/-1"]) {
      expect(canonicalCidr(text, "ipv4"), text).toBeNull();
    }
    for (const text of ["10.0.0.0/8", "::1", "::/129", "fe80::1%eth0/64", "::g/64"]) {
      expect(canonicalCidr(text, "ipv6"), text).toBeNull();
    }
  });
});
