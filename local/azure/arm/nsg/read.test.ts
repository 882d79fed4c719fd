import { afterEach, describe, expect, it } from "vitest";
import { network } from "../../../vpn/test-world.ts";
import { NOBODY } from "../../world-for-tests.ts";
import { codeOf, named, nsgId, owner, startNsgs, type TestNsgs } from "./test-nsgs.ts";

const opened: TestNsgs[] = [];

async function start(options: Parameters<typeof startNsgs>[0] = {}): Promise<TestNsgs> {
  const started = await startNsgs(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const member = (value: unknown, name: string): unknown => Reflect.get(Object(value), name);

describe("network:GetNetworkSecurityGroup", () => {
  it("shows its rules and the default ones, all with the group's etag, which the header has too", async () => {
    const { send } = await start({ rules: [named("allow-relay", { description: "bunny to relay" })] });
    const { status, body, headers } = await send("get", "");
    const etag = member(body, "etag");
    expect(status).toBe("200");
    expect(headers["etag"]).toBe(etag);
    expect(body).toMatchObject({
      name: "nsg-bunny",
      id: nsgId,
      type: "Microsoft.Network/networkSecurityGroups",
      location: "uksouth",
      properties: {
        provisioningState: "Succeeded",
        securityRules: [
          {
            name: "allow-relay",
            id: `${nsgId}/securityRules/allow-relay`,
            etag,
            type: "Microsoft.Network/networkSecurityGroups/securityRules",
            properties: {
              provisioningState: "Succeeded",
              description: "bunny to relay",
              protocol: "Tcp",
              sourceAddressPrefix: "10.0.1.0/24",
              sourceAddressPrefixes: [],
              destinationPortRange: "443",
              destinationPortRanges: [],
              access: "Allow",
              priority: 100,
              direction: "Inbound",
            },
          },
        ],
      },
    });
    const defaults = member(member(body, "properties"), "defaultSecurityRules");
    expect(defaults).toMatchObject(
      [
        ["AllowVnetInBound", "Inbound", 65_000, "Allow"],
        ["AllowAzureLoadBalancerInBound", "Inbound", 65_001, "Allow"],
        ["DenyAllInBound", "Inbound", 65_500, "Deny"],
        ["AllowVnetOutBound", "Outbound", 65_000, "Allow"],
        ["AllowInternetOutBound", "Outbound", 65_001, "Allow"],
        ["DenyAllOutBound", "Outbound", 65_500, "Deny"],
      ].map(([name, direction, priority, access]) => ({
        name,
        etag,
        properties: { direction, priority, access },
      })),
    );
  });

  it("finds it whatever the case of its id", async () => {
    const { send } = await start();
    expect((await send("get", nsgId.replace("nsg-bunny", "NSG-Bunny"))).status).toBe("200");
  });

  it("tells a group that is not there from a resource group that is not there", async () => {
    const { send } = await start();
    const none = `${network}/networkSecurityGroups/none`;
    const elsewhere = nsgId.replace("rg-link", "rg-other");
    const get = (path: string) => send("get", path, { principal: owner });
    expect(codeOf(await get(none))).toEqual({ status: "404", code: "ResourceNotFound" });
    expect(codeOf(await get(elsewhere))).toEqual({ status: "404", code: "ResourceGroupNotFound" });
    expect(codeOf(await get(`${none}/securityRules`))).toEqual({ status: "404", code: "ResourceNotFound" });
    expect(codeOf(await get(`${none}/securityRules/a`))).toEqual({ status: "404", code: "ResourceNotFound" });
  });
});

describe("network:GetSecurityRule", () => {
  it("shows the rule, in any case of its name", async () => {
    const { send } = await start({ rules: [named("allow-relay")] });
    const { status, body, headers } = await send("get", "/securityRules/ALLOW-relay");
    expect(status).toBe("200");
    expect(body).toMatchObject({ name: "allow-relay", etag: headers["etag"] });
  });

  it("says that it is not there", async () => {
    const { send } = await start();
    const { status, body } = await send("get", "/securityRules/allow-relay");
    expect({ status, body }).toEqual({
      status: "404",
      body: {
        error: { code: "NotFound", message: `Resource ${nsgId}/securityRules/allow-relay not found.` },
      },
    });
  });
});

describe("network:ListSecurityRules", () => {
  it("lists the rules of the group, without the default ones", async () => {
    const { send } = await start({ rules: [named("a"), named("b", { priority: 101 })] });
    const { body } = await send("get", "/securityRules");
    expect(body).toMatchObject({ value: [{ name: "a" }, { name: "b" }] });
    expect(member(body, "value")).toHaveLength(2);
  });
});

describe("who may", () => {
  it.each([
    ["get", "", "networkSecurityGroups/read"],
    ["get", "/securityRules", "networkSecurityGroups/securityRules/read"],
    ["get", "/securityRules/a", "networkSecurityGroups/securityRules/read"],
    ["put", "/securityRules/a", "networkSecurityGroups/securityRules/write"],
    ["delete", "/securityRules/a", "networkSecurityGroups/securityRules/delete"],
    ["put", "", "networkSecurityGroups/write"],
    ["delete", "", "networkSecurityGroups/delete"],
  ] as const)("refuses %s %s without %s, in its words", async (method, path, action) => {
    const { send, events } = await start();
    const denied = await send(method, path, { principal: NOBODY, ...(method === "put" ? { body: {} } : {}) });
    expect(codeOf(denied)).toEqual({ status: "403", code: "AuthorizationFailed" });
    expect(JSON.stringify(denied.body)).toContain(
      `action 'Microsoft.Network/${action}' over scope '${nsgId}`,
    );
    expect(events).toEqual([]);
  });

  it("lets one who may write rules write no group", async () => {
    const { send } = await start();
    const denied = await send("put", "", { body: { location: "uksouth" } });
    expect(codeOf(denied)).toEqual({ status: "403", code: "AuthorizationFailed" });
  });

  it("does not know how to change tags alone, and says so", async () => {
    const { send } = await start();
    const { status, body } = await send("patch", "", { body: {} });
    expect(status).toBe("501");
    expect(JSON.stringify(body)).toContain("network:UpdateNetworkSecurityGroupTags");
  });
});
