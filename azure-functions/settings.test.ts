import { describe, expect, it } from "vitest";
import { makeCa } from "../local/testing/certificates.ts";
import { adoptedVpn, linkWith } from "../local/testing/links.ts";
import { allowlistsOf } from "../shared/allowlists/desired.ts";
import { parseLink } from "../shared/link/load.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { checkSettings, connectionsOf, deployedCas, nsgsOf, Settings } from "./settings.ts";

const NETWORK =
  "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/network/providers/Microsoft.Network";
const AZURE_GROUP = {
  name: "bunny",
  cloud: "azure",
  own: "all",
  group: { resourceGroup: "network", nsg: "aks" },
} as const;
const AWS_GROUP = { name: "relay", cloud: "aws", own: "all", group: "sg-0a1b2c3d4e5f60718" } as const;
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const link = parseLink(linkWith({ vpn: adoptedVpn }));

async function environment(changes: Readonly<Record<string, string | undefined>> = {}) {
  const { certificatePem } = await makeCa();
  return {
    TOKEN_ISSUER: "https://11111111-2222-4333-8444-555555555555.tokens.sts.global.api.aws",
    TOKEN_AUDIENCE: "api://warrener-test",
    ROLE_RENEW_CERTIFICATES: role("renew"),
    VAULTS: JSON.stringify({ bunny: "https://kv-bunny.vault.azure.net/" }),
    TABLES_URL: "https://warrener.table.core.windows.net/",
    TABLE_NAME: "hand",
    PINNED_CA: certificatePem,
    ...changes,
  };
}

const tunnels = (connections: Readonly<Record<string, string>>) => ({
  ROLE_WATCH_TUNNELS: role("watch"),
  CONNECTIONS: JSON.stringify(connections),
});
const parse = async (changes?: Readonly<Record<string, string | undefined>>) =>
  parseEnvironment(Settings, await environment(changes));

describe("Settings", () => {
  it("need nothing of tunnels where the link has none", async () => {
    expect(await parse()).not.toHaveProperty("CONNECTIONS");
  });

  it.each([
    ["TABLES_URL", "http://warrener.table.core.windows.net/"],
    ["TABLE_NAME", ""],
    ["TABLE_NAME", undefined],
    ["ROLE_WATCH_TUNNELS", "watch"],
    ["ROLE_ROTATE_PRE_SHARED_KEYS", "rotate"],
    ["ROLE_ROTATE_API_KEYS", "rotate"],
    ["CONNECTIONS", "{"],
    ["CONNECTIONS", JSON.stringify({ "one-a": "aws-one-a" })],
    ["CONNECTIONS", JSON.stringify({ "one-a": `${NETWORK}/connections/a/sharedkey` })],
    ["ROLE_HEAL_ALLOWLISTS", "heal"],
    ["NSGS", JSON.stringify({ bunny: `${NETWORK}/networkSecurityGroups/aks/securityRules/a` })],
    ["NSGS", JSON.stringify({ bunny: `${NETWORK}/connections/a` })],
    ["PINNED_CA", ""],
    ["PINNED_NEXT_CA", "no certificate"],
    ["PINNED_FAILOVER_CA", ""],
    ["ROLE_PUBLISH_TRUST", "publish"],
  ])("with %s as %s name that, and not its value", async (name, value) => {
    await expect(parse({ [name]: value })).rejects.toThrow(new RegExp(`deploy again\\): ${name}`));
  });
});

describe("checkSettings", () => {
  it("does not start without a bunny's vault", async () => {
    const settings = await parse({ VAULTS: "{}" });
    expect(() => checkSettings(link, settings)).toThrow(/VAULTS names no vault for the bunny bunny/);
    checkSettings(link, await parse());
  });
});

describe("checkSettings, of a link whose pre-shared keys are rotated", () => {
  it("does not start without the role that rotates them", async () => {
    const rotated = parseLink(linkWith({ vpn: { ...adoptedVpn, preSharedKeys: {} } }));
    const settings = await parse();
    expect(() => checkSettings(rotated, settings)).toThrow(/ROLE_ROTATE_PRE_SHARED_KEYS is missing/);
    checkSettings(rotated, await parse({ ROLE_ROTATE_PRE_SHARED_KEYS: role("rotate") }));
    checkSettings(link, settings);
  });
});

describe("checkSettings, of a link with API keys", () => {
  it("does not start without the role that rotates them", async () => {
    const keyed = parseLink(
      linkWith({ "relay.readers": [role("relay")], "bunnies[0].apiKeys": [{ name: "jobs-key" }] }),
    );
    const settings = await parse();
    expect(() => checkSettings(keyed, settings)).toThrow(/ROLE_ROTATE_API_KEYS is missing/);
    checkSettings(keyed, await parse({ ROLE_ROTATE_API_KEYS: role("rotate") }));
    checkSettings(link, settings);
  });
});

describe("checkSettings, of a link with allowlists", () => {
  it("does not start without the role that heals them: it is the one that freezes this half", async () => {
    const allowed = parseLink(linkWith({ allowlists: { groups: [AZURE_GROUP] } }));
    const settings = await parse();
    expect(() => checkSettings(allowed, settings)).toThrow(/ROLE_HEAL_ALLOWLISTS is missing/);
    checkSettings(allowed, await parse({ ROLE_HEAL_ALLOWLISTS: role("heal") }));
  });
});

describe("nsgsOf", () => {
  const allowlists = allowlistsOf(parseLink(linkWith({ allowlists: { groups: [AZURE_GROUP, AWS_GROUP] } })));
  const bunny = `${NETWORK}/networkSecurityGroups/aks`;
  const nsgs = (groups: Readonly<Record<string, string>>) => ({ NSGS: JSON.stringify(groups) });

  it("gives each of the link's groups in Azure its NSG, and no other group one", async () => {
    const settings = await parse(nsgs({ bunny, relay: bunny, other: bunny }));
    const places = nsgsOf(allowlists, settings);
    expect([...places.keys()]).toEqual(["bunny"]);
    expect(places.get("bunny")).toMatchObject({ id: bunny, desired: { name: "bunny", cloud: "azure" } });
  });

  it("does not start without one of them", async () => {
    const none = await parse();
    expect(() => nsgsOf(allowlists, none)).toThrow(/NSGS names none for the group bunny/);
    const other = await parse(nsgs({ other: bunny }));
    expect(() => nsgsOf(allowlists, other)).toThrow(/NSGS names none for the group bunny/);
  });
});

describe("connectionsOf", () => {
  const vpn = link.vpn ?? expect.unreachable("the link has tunnels");
  const both = { "one-a": `${NETWORK}/connections/aws-one-a`, "one-b": `${NETWORK}/connections/aws-one-b` };

  it("gives each tunnel of the link its connection, and no other tunnel one", async () => {
    const settings = await parse(tunnels({ ...both, "two-a": `${NETWORK}/connections/aws-two-a` }));
    expect(Object.fromEntries(connectionsOf(vpn, settings))).toEqual(both);
  });

  it("does not start without one of them", async () => {
    const one = await parse(tunnels({ "one-a": both["one-a"] }));
    expect(() => connectionsOf(vpn, one)).toThrow(/CONNECTIONS names none for the tunnel one-b/);
    const none = await parse();
    expect(() => connectionsOf(vpn, none)).toThrow(/CONNECTIONS names none for the tunnel one-a/);
  });
});

describe("deployedCas", () => {
  const another = { commonName: "Another CA" };
  const linkOf = (cas: Readonly<Record<string, unknown>>) =>
    parseLink(
      linkWith({
        ...{ certificateAuthority: { commonName: "CA", ...cas }, trust: {} },
        "relay.certificate": { readers: [role("relay")] },
      }),
    );

  it("are those that the link names, each with its own chain", async () => {
    const { certificatePem: next } = await makeCa(another);
    const { certificatePem: failover } = await makeCa(another);
    const settings = await parse({ PINNED_NEXT_CA: next, PINNED_FAILOVER_CA: `${failover}${next}` });
    const cas = deployedCas(linkOf({ next: another, failover: { commonName: "Failover" } }), settings);
    expect(cas).toEqual({
      ...{ issuing: settings.PINNED_CA, next: [next.trim()] },
      failover: [failover.trim(), next.trim()],
    });
    expect(deployedCas(link, await parse())).toMatchObject({ next: undefined, failover: undefined });
  });

  it.each(["next", "failover"])(
    "fail when the %s one is not there, or is and the link has none",
    async (which) => {
      const name = `PINNED_${which.toUpperCase()}_CA`;
      const named = linkOf({ [which]: another });
      const settings = await parse();
      expect(() => deployedCas(named, settings)).toThrow(
        `${name} is missing, and the link names certificateAuthority.${which}: deploy again`,
      );
      const { certificatePem } = await makeCa(another);
      const given = await parse({ [name]: certificatePem });
      expect(() => deployedCas(link, given)).toThrow(
        `${name} is there, and the link names no certificateAuthority.${which}: deploy again`,
      );
    },
  );
});

describe("checkSettings, of trust", () => {
  it("fails where the link publishes a bundle, and nobody may", async () => {
    const trusting = parseLink(linkWith({ "relay.certificate": { readers: [role("relay")] }, trust: {} }));
    const settings = await parse();
    expect(() => checkSettings(trusting, settings)).toThrow(
      "ROLE_PUBLISH_TRUST is missing, and the link has trust: deploy again",
    );
    checkSettings(trusting, await parse({ ROLE_PUBLISH_TRUST: role("publish") }));
  });
});
