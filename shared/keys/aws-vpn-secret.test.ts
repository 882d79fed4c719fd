import { describe, expect, it } from "vitest";
import { Secret } from "../runtime/secret.ts";
import { findTunnelKey, toShownKey } from "./aws-vpn-secret.ts";

const [A, B] = ["198.51.100.10", "198.51.100.11"];
const keyA = "nA7.first_key_of_a_tunnel";
const keyB = "zB8.second_key_of_another";
const find = (value: unknown, outsideIp = A) =>
  findTunnelKey(new Secret(typeof value === "string" ? value : JSON.stringify(value)), outsideIp)?.unwrap();

describe("findTunnelKey", () => {
  it("finds the key that stands under the tunnel's address", () => {
    expect(find({ [A]: keyA, [B]: keyB })).toBe(keyA);
    expect(find({ [A]: keyA, [B]: keyB }, B)).toBe(keyB);
    expect(find({ tunnels: { [A]: { preSharedKey: keyA, state: "available" }, [B]: { psk: keyB } } })).toBe(
      keyA,
    );
  });

  it("finds the one text called a pre-shared key that stands with the tunnel's address", () => {
    const tunnels = [
      { TunnelOutsideIpAddress: A, PreSharedKey: keyA, Status: "available" },
      { TunnelOutsideIpAddress: B, PreSharedKey: keyB, Status: "available" },
    ];
    expect(find(tunnels, B)).toBe(keyB);
    expect(find({ VpnConnectionId: "vpn-0a", Tunnels: tunnels }, A)).toBe(keyA);
  });

  it("finds none where it is not plain which key is this tunnel's", () => {
    expect(find(keyA)).toBeUndefined();
    expect(find("")).toBeUndefined();
    expect(find({ tunnel1: keyA, tunnel2: keyB })).toBeUndefined();
    expect(find({ PreSharedKey: keyA })).toBeUndefined();
    expect(find([{ ip: A, value: keyA }])).toBeUndefined();
    expect(find([{ ip: A, psk: keyA, oldPsk: keyB }])).toBeUndefined();
    expect(find({ [A]: keyA, again: { ip: A, psk: keyB } })).toBeUndefined();
    expect(find({ [B]: keyB })).toBeUndefined();
    expect(find({ [A]: null })).toBeUndefined();
    expect(find([[[[[[{ ip: A, psk: keyA }]]]]]])).toBeUndefined();
  });

  it("takes no text for a key that AWS would not, or that stands in the place of one", () => {
    for (const text of ["0starts.with.zero", "short", "with-hyphen-in-it", "********", "REDACTED", ""])
      expect(find({ [A]: text })).toBeUndefined();
  });
});

describe("toShownKey", () => {
  it("is the key, or null for what stands in its place", () => {
    expect(toShownKey(keyA)?.unwrap()).toBe(keyA);
    expect(toShownKey("REDACTED")).toBeNull();
    expect(toShownKey(undefined)).toBeNull();
  });
});
