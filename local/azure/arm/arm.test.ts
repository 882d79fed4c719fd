import { afterEach, describe, expect, it } from "vitest";
import { network } from "../../vpn/test-world.ts";
import { apiVersion, nobody, startArm, type TestArm } from "./test-arm.ts";

const minuteMs = 60_000;
const opened: TestArm[] = [];

async function start(options: Parameters<typeof startArm>[0] = {}): Promise<TestArm> {
  const started = await startArm(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const errorOf = ({ status, body }: { readonly status: string; readonly body: unknown }) => ({
  status,
  code:
    typeof body === "object" && body !== null ? Reflect.get(Reflect.get(body, "error"), "code") : undefined,
});

describe("network:GetConnection", () => {
  it("shows the connection in the wire's form, with its status, its bytes and, as recorded, its shared key", async () => {
    const { send, world, timers } = await start();
    await timers.advance(minuteMs);
    const { status, body } = await send("get", "connections/aws-one-a");
    expect(status).toBe("200");
    expect(body).toMatchObject({
      name: "aws-one-a",
      id: `${network}/connections/aws-one-a`,
      type: "Microsoft.Network/connections",
      location: "uksouth",
      properties: {
        provisioningState: "Succeeded",
        virtualNetworkGateway1: { id: `${network}/virtualNetworkGateways/gw` },
        localNetworkGateway2: { id: `${network}/localNetworkGateways/lng-one-a` },
        connectionType: "IPsec",
        enableBgp: true,
        connectionStatus: "Connected",
        ingressBytesTransferred: 90_000,
        sharedKey: world.tunnel("one-a").azure?.preSharedKey,
        connectionMode: "Default",
        tunnelConnectionStatus: [{ connectionStatus: "Connected" }, { connectionStatus: "NotConnected" }],
      },
    });
  });

  it("finds a resource whatever the case of its id", async () => {
    const { send } = await start();
    const { status } = await send("get", `${network}/connections/aws-one-a`.toUpperCase());
    expect(status).toBe("200");
  });

  it("shows a cut a minute late", async () => {
    const { send, world, timers } = await start();
    const statusNow = async () => {
      const { body } = await send("get", "connections/aws-one-a");
      return body;
    };
    world.cut("one-a");
    await timers.advance(minuteMs - 1);
    expect(await statusNow()).toMatchObject({ properties: { connectionStatus: "Connected" } });
    await timers.advance(1);
    expect(await statusNow()).toMatchObject({ properties: { connectionStatus: "NotConnected" } });
  });

  it("cannot tell the status now and then, and always can when calm", async () => {
    const { send } = await start({ calm: false, seed: 3 });
    const statuses = new Set<unknown>();
    for (let turn = 0; turn < 80; turn += 1) {
      const { status, body } = await send("get", "connections/aws-one-a");
      if (status === "200")
        statuses.add(Reflect.get(Reflect.get(Object(body), "properties"), "connectionStatus"));
    }
    expect([...statuses].toSorted()).toEqual(["Connected", "Unknown"]);
  });
});

describe("network:GetLocalNetworkGateway", () => {
  it("shows the outside IP of AWS's tunnel, by which both ends are joined", async () => {
    const { send } = await start();
    const { status, body } = await send("get", "localNetworkGateways/lng-one-a");
    expect(status).toBe("200");
    expect(body).toMatchObject({
      type: "Microsoft.Network/localNetworkGateways",
      properties: {
        gatewayIpAddress: "198.51.100.10",
        localNetworkAddressSpace: { addressPrefixes: [] },
        bgpSettings: { asn: 64_512, bgpPeeringAddress: "169.254.21.1" },
      },
    });
  });
});

describe("createArm", () => {
  it("asks for the api-version before anything else", async () => {
    const { sendBare } = await start();
    const path = `${network}/connections/aws-one-a`;
    expect(errorOf(await sendBare(path))).toEqual({ status: "400", code: "MissingApiVersionParameter" });
    expect(errorOf(await sendBare(`${path}?api-version=2020-13-01`))).toEqual({
      status: "400",
      code: "InvalidApiVersionParameter",
    });
    expect(errorOf(await sendBare(`${path}?api-version=${apiVersion}`))).toEqual({
      status: "401",
      code: "AuthenticationFailed",
    });
  });

  it("takes a token for itself only, within its time", async () => {
    const { sendBare, send, entra } = await start();
    const path = `${network}/connections/aws-one-a?api-version=${apiVersion}`;
    const principal = nobody;
    const bearer = async (audience: string, lifetimeSeconds: number) => ({
      authorization: `Bearer ${await entra.tokens.mint({ principal, audience, lifetimeSeconds })}`,
    });
    const management = "https://management.azure.com";
    for (const [headers, code] of [
      [await bearer("https://vault.azure.net", 60), "InvalidAuthenticationTokenAudience"],
      [await bearer(management, -60), "ExpiredAuthenticationToken"],
      [{ authorization: "Bearer x.y.z" }, "InvalidAuthenticationToken"],
    ] as const) {
      const refused = await sendBare(path, headers);
      expect(errorOf(refused)).toEqual({ status: "401", code });
      expect(refused.headers["www-authenticate"]).toContain("login.microsoftonline.com");
    }
    expect(
      (await send("get", "connections/aws-one-a", { audience: "https://management.core.windows.net" }))
        .status,
    ).toBe("200");
  });

  it("refuses by role: another principal, and an action that the role has not, with the action in its words", async () => {
    const { send, kernel } = await start();
    const denied = await send("get", "connections/aws-one-a", { principal: nobody });
    expect(errorOf(denied)).toEqual({ status: "403", code: "AuthorizationFailed" });
    expect(JSON.stringify(denied.body)).toContain("action 'Microsoft.Network/connections/read'");
    expect(errorOf(await send("post", "connections/aws-two-a/resetconnection"))).toEqual({
      status: "403",
      code: "AuthorizationFailed",
    });
    expect(kernel.calls("network:ResetConnection")).toMatchObject([{ outcome: "AuthorizationFailed" }]);
  });

  it("tells a resource that is not there from a group that is not there", async () => {
    const { send } = await start();
    for (const path of ["connections/aws-none", "localNetworkGateways/aws-one-a"]) {
      expect(errorOf(await send("get", path)), path).toEqual({ status: "404", code: "ResourceNotFound" });
    }
    const elsewhere = `${network.replace("rg-link", "rg-other")}/connections/aws-one-a`;
    expect(errorOf(await send("get", elsewhere))).toEqual({ status: "404", code: "ResourceGroupNotFound" });
  });

  it("answers 501 by name for the shared key and for what else it cannot do", async () => {
    const { send } = await start();
    for (const [method, path, name] of [
      ["post", "connections/aws-one-a/sharedkey/reset", "network:ResetSharedKey"],
      ["post", "connections/aws-one-a/getikesas", "network:GetIkeSas"],
      ["put", "connections/aws-one-a", "network:CreateOrUpdateConnection"],
      ["get", "virtualNetworkGateways/gw", "GET /subscriptions"],
    ] as const) {
      const { status, body } = await send(method, path);
      expect(status, path).toBe("501");
      expect(JSON.stringify(body), path).toContain(name);
    }
  });

  it("is throttled now and then, with a time to wait", async () => {
    const { send } = await start({ calm: false, seed: 2 });
    const refused = [];
    for (let turn = 0; turn < 300; turn += 1) {
      const answer = await send("get", "localNetworkGateways/lng-one-a");
      if (answer.status !== "200") refused.push([errorOf(answer), answer.headers["retry-after"]]);
    }
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify([{ status: "429", code: "TooManyRequests" }, "5"])]),
    );
  });
});
