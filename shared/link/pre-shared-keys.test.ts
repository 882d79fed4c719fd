import { describe, expect, it } from "vitest";
import { adoptedVpn, faultsOf, linkWith } from "../../local/testing/links.ts";
import { parseLink } from "./load.ts";

const withKeys = (preSharedKeys: unknown, changes: Readonly<Record<string, unknown>> = {}) =>
  linkWith({ vpn: adoptedVpn, "vpn.preSharedKeys": preSharedKeys, ...changes });
const keysOf = (preSharedKeys: unknown) => parseLink(withKeys(preSharedKeys)).vpn?.preSharedKeys;

const window = { days: ["sun"], from: "02:00", to: "04:00", timeZone: "UTC" };
const oneTunnel = {
  "vpn.connections[0].tunnels": [
    { name: "one-a", outsideIp: "198.51.100.10", azure: { adopt: "aws-one-a" } },
  ],
};

describe("vpn.preSharedKeys", () => {
  it("rotates every 90 days at any time, tunnels being steady for 15 minutes, unless something else is said", () => {
    expect(keysOf({})).toEqual({
      rotateEverySeconds: 7_776_000,
      steadySeconds: 900,
      settleSeconds: 300,
      pauseSeconds: 86_400,
      window: null,
    });
  });

  it('takes "never" for keys that only a person has rotated', () => {
    expect(keysOf({ rotateEvery: "never" })).toMatchObject({ rotateEverySeconds: null });
    expect(faultsOf(withKeys({ rotateEvery: "now and then" }))).toEqual([
      'vpn.preSharedKeys.rotateEvery: must be "never" or a duration such as "90 days"',
    ]);
  });

  it("is not there when the link says nothing of it", () => {
    expect(parseLink(linkWith({ vpn: adoptedVpn })).vpn?.preSharedKeys).toBeUndefined();
  });

  it("lets nobody read the stored keys, unless roles are named for it", () => {
    const roles = ["arn:aws:iam::123456789012:role/two", "arn:aws:iam::123456789012:role/one"];
    expect(keysOf({})).not.toHaveProperty("readers");
    expect(keysOf({ readers: roles })?.readers).toEqual(roles.toReversed());
    expect(faultsOf(withKeys({ readers: [] }))).toEqual([
      "vpn.preSharedKeys.readers: must have at least one of the role ARNs, or be left out",
    ]);
    expect(faultsOf(withKeys({ readers: [roles[0], roles[0]] }))).toEqual([
      "vpn.preSharedKeys.readers: names one role twice: write it once",
    ]);
    expect(faultsOf(withKeys({ readers: ["arn:aws:iam::123456789012:role/*"] }))).toHaveLength(1);
  });

  it("is refused without a window where the link has one tunnel, which is then down on purpose", () => {
    const [fault, ...more] = faultsOf(withKeys({ rotateEvery: "never" }, oneTunnel));
    expect(more).toEqual([]);
    expect(fault).toMatch(
      /^vpn\.preSharedKeys\.window: is missing; a link with one tunnel is down .* write /,
    );
    expect(faultsOf(withKeys({ window }, oneTunnel))).toEqual([]);
  });

  it("refuses a window that a look each minute could miss", () => {
    expect(faultsOf(withKeys({ window: { ...window, to: "02:09" } }))).toEqual([
      "vpn.preSharedKeys.window: is open for 9 minutes, and could be missed: open it for 10 minutes or more",
    ]);
    expect(faultsOf(withKeys({ window: { ...window, to: "02:00" } }))).toHaveLength(1);
    expect(faultsOf(withKeys({ window: { ...window, to: "02:10" } }))).toEqual([]);
  });

  it("refuses keys that would be due again before the others have been rotated", () => {
    const [fault] = faultsOf(withKeys({ rotateEvery: "30 minutes" }));
    expect(fault).toMatch(/^vpn\.preSharedKeys\.rotateEvery: 30 minutes is not longer than .* lengthen it$/);
    expect(faultsOf(withKeys({ rotateEvery: "30 minutes 1 second" }))).toEqual([]);
  });

  it("names what it knows when something else is written", () => {
    expect(faultsOf(withKeys({ steadyForSeconds: 1 }))).toEqual([
      'vpn.preSharedKeys: unknown key "steadyForSeconds"; did you mean "steadyFor"?',
    ]);
  });
});

describe("vpn.connections[].keyStorage", () => {
  it("says where AWS keeps the keys of a connection that exists", () => {
    const link = withKeys({}, { "vpn.connections[0].keyStorage": "secrets-manager" });
    expect(parseLink(link).vpn?.connections[0]?.keyStorage).toBe("secrets-manager");
  });

  it("is nothing to choose where the connection is created", () => {
    const aws = { create: { gateway: "vgw-0a1b2c3d4e5f60718", azureIp: "203.0.113.20" } };
    const tunnel = { name: "one-a", azure: { adopt: "aws-one-a" }, insideCidr: "169.254.21.0/30" };
    const connections = [{ name: "one", aws, keyStorage: "standard", tunnels: [tunnel] }];
    expect(faultsOf(withKeys({ window }, { "vpn.connections": connections }))).toEqual([
      "vpn.connections[0].keyStorage: is always Secrets Manager where the connection is created: leave it out",
    ]);
  });
});
