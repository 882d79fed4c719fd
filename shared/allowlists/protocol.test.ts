import { describe, expect, it } from "vitest";
import { canonicalPorts, canonicalProtocol, fromEc2Ports, icmpPorts, toEc2Ports } from "./protocol.ts";

describe("canonicalProtocol", () => {
  it.each([
    ["tcp", "tcp"],
    ["TCP", "tcp"],
    ["6", "tcp"],
    ["Udp", "udp"],
    ["17", "udp"],
    ["1", "icmp"],
    ["58", "icmpv6"],
    ["Esp", "50"],
    ["ah", "51"],
    ["gre", "47"],
    ["0", "0"],
    ["255", "255"],
    ["-1", "all"],
    ["*", "all"],
    ["ALL", "all"],
  ])("gives %s its one name, %s", (text, name) => {
    expect(canonicalProtocol(text)).toBe(name);
    expect(canonicalProtocol(name)).toBe(name);
  });

  it.each(["", "256", "06", "-2", "http", "6.0", " tcp"])("refuses %j", (text) => {
    expect(canonicalProtocol(text)).toBeNull();
  });
});

describe("canonicalPorts", () => {
  it("says nothing of all ports, and of a protocol that has none", () => {
    expect(canonicalPorts("tcp", { from: 0, to: 65_535 })).toBeNull();
    expect(canonicalPorts("50", { from: 443, to: 443 })).toBeNull();
    expect(canonicalPorts("all", { from: 443, to: 443 })).toBeNull();
    expect(canonicalPorts("udp", { from: 0, to: 0 })).toEqual({ from: 0, to: 0 });
  });
});

describe("ports as EC2 has them", () => {
  it.each<[what: string, protocol: string, from: number, to: number]>([
    ["one port", "tcp", 443, 443],
    ["a range", "udp", 0, 1_000],
    ["all ports", "tcp", 0, 65_535],
    ["everything", "all", -1, -1],
    ["a protocol without ports", "50", -1, -1],
    ["all of ICMP", "icmp", -1, -1],
    ["every code of a type", "icmp", 8, -1],
    ["type and code zero", "icmp", 0, 0],
    ["the last type and code", "icmpv6", 255, 255],
  ])("are read and written alike: %s", (_, protocol, from, to) => {
    expect(toEc2Ports(protocol, fromEc2Ports(protocol, from, to))).toEqual({ from, to });
  });

  it("are all of them where EC2 says none", () => {
    expect(fromEc2Ports("icmpv6", undefined, undefined)).toBeNull();
    expect(fromEc2Ports("50", 443, 443)).toBeNull();
  });

  it("keep the codes of one type apart from those of the next", () => {
    expect(icmpPorts(8, -1)).toEqual({ from: 2_048, to: 2_303 });
    expect(icmpPorts(9, 0)).toEqual({ from: 2_304, to: 2_304 });
  });
});
