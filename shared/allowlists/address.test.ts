import { describe, expect, it } from "vitest";
import { parseNetwork } from "./address.ts";

describe("parseNetwork", () => {
  it.each<[what: string, text: string, canonical: string]>([
    ["a network", "10.10.1.0/24", "10.10.1.0/24"],
    ["host bits", "100.68.0.18/18", "100.68.0.0/18"],
    ["the highest bit", "208.236.235.254/1", "128.0.0.0/1"],
    ["everything", "208.236.235.254/0", "0.0.0.0/0"],
    ["one address", "203.0.113.7", "203.0.113.7/32"],
    ["the last address", "255.255.255.255/32", "255.255.255.255/32"],
    ["IPv6 in capitals and in full", "2001:0DB8:0000:0000:0000:0000:0000:0000/32", "2001:db8::/32"],
    ["IPv6 with host bits", "fd00:10::17/64", "fd00:10::/64"],
    ["one IPv6 address", "2001:db8::1", "2001:db8::1/128"],
    ["all of IPv6", "::1/0", "::/0"],
    ["the first of equal runs of zeros", "2001:0:0:1:0:0:2:3/128", "2001::1:0:0:2:3/128"],
    ["the longest run of zeros", "2001:0:0:1:0:0:0:2/128", "2001:0:0:1::2/128"],
    ["one zero group", "2001:db8:0:1:1:1:1:1/128", "2001:db8:0:1:1:1:1:1/128"],
    ["IPv6 that ends in IPv4", "::ffff:10.0.0.1/128", "::ffff:a00:1/128"],
    ["a prefix that ends within a group", "fd00:ffff::/20", "fd00:f000::/20"],
  ])("gives %s its one text", (_, text, canonical) => {
    expect(parseNetwork(text)?.text).toBe(canonical);
    expect(parseNetwork(canonical)?.text).toBe(canonical);
  });

  it("knows the addresses of a network, of either family", () => {
    expect(parseNetwork("10.0.1.0/24")).toMatchObject({
      family: "ipv4",
      first: 167_772_416,
      end: 167_772_672,
    });
    expect(parseNetwork("::2/127")).toMatchObject({ family: "ipv6", prefix: 127, first: 2n, end: 4n });
  });

  it.each([
    "",
    "/",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/08",
    "10.0.0/24",
    "010.0.0.0/8",
    "256.0.0.0/8",
    "10.0.0.0/8/8",
    " 10.0.0.0/8",
    "10.0.0.0/-1",
    "::/129",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "g::",
    "12345::",
    "1:2:3:4:5:6:7::8",
    "::10.0.0.256",
    "10.0.0.1:80",
    "*",
    "Internet",
  ])("refuses %j", (text) => {
    expect(parseNetwork(text)).toBeNull();
  });
});
