import { describe, expect, it } from "vitest";
import { makeCa } from "../local/testing/certificates.ts";
import { adoptedVpn, linkWith } from "../local/testing/links.ts";
import { parseLink } from "../shared/link/load.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { checkSettings, connectionsOf, Settings } from "./settings.ts";

const NETWORK =
  "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/network/providers/Microsoft.Network";
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
    ["CONNECTIONS", "{"],
    ["CONNECTIONS", JSON.stringify({ "one-a": "aws-one-a" })],
    ["CONNECTIONS", JSON.stringify({ "one-a": `${NETWORK}/connections/a/sharedkey` })],
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
