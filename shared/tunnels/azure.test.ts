import type { RequestListener } from "node:http";
import { AuthenticationError } from "@azure/identity";
import { afterEach, describe, expect, it } from "vitest";
import { hand, nobody, startArm, type TestArm } from "../../local/azure/arm/test-arm.ts";
import { createWorld } from "../../local/azure/world-for-tests.ts";
import { connectedEnd, modelConnections } from "../../local/model/connections.ts";
import { network } from "../../local/vpn/test-world.ts";
import { armClient } from "../runtime/arm.ts";
import { armConnections, DeployedConnections } from "./azure.ts";
import type { Connections } from "./connections.ts";

const ID = `${network}/connections/aws-one-a`;
const OUTSIDE_IP = "198.51.100.10";
const MINUTE_MS = 60_000;

const opened: TestArm[] = [];
afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

async function openArm() {
  const started = await startArm();
  opened.push(started);
  return { ...started, connections: armConnections(armClient(started.credential(hand), started.network)) };
}

/** Up for a minute, as both show it. */
async function openAdapter(): Promise<Connections> {
  const { connections, timers } = await openArm();
  await timers.advance(MINUTE_MS);
  return connections;
}

const openModel = async (): Promise<Connections> => modelConnections({ [ID]: connectedEnd(OUTSIDE_IP) });

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over Resource Manager's stand-in", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("reads a connection with the address that it leads to", async () => {
    const connections = await open();
    expect(await connections.read(ID)).toEqual({
      outsideIp: OUTSIDE_IP,
      status: "connected",
      provisioning: "succeeded",
      bgp: true,
    });
  });

  it("begins a reset without waiting for its end, which shows in the connection, and begins no second one", async () => {
    const connections = await open();
    expect(await connections.reset(ID)).toBe("resetting");
    expect(await connections.read(ID)).toMatchObject({ provisioning: "updating" });
    expect(await connections.reset(ID)).toBe("busy");
  });

  it("throws for a connection that is not there: somebody has removed it, or the deployment is wrong", async () => {
    const connections = await open();
    await expect(connections.read(`${network}/connections/other`)).rejects.toMatchObject({
      name: "CloudError",
      code: "ResourceNotFound",
      retryable: false,
    });
  });
});

describe("armConnections", () => {
  it("keeps nothing of the shared key that an answer holds", async () => {
    const { connections, world, sightings } = await openArm();
    const key = world.tunnel("one-a").azure?.preSharedKey ?? "";
    const read = await connections.read(ID);
    const seen = sightings.map(({ bytes }) => Buffer.from(bytes).toString("utf8")).join("\n");
    expect(key.length).toBeGreaterThan(7);
    expect(seen).toContain(key);
    expect(JSON.stringify(read)).not.toContain(key);
  });

  it("says that it does not know while the gateway does not, and the truth once it speaks again", async () => {
    const { connections, world, timers } = await openArm();
    world.silenceAzure("one-a");
    await timers.advance(MINUTE_MS);
    expect(await connections.read(ID)).toMatchObject({ status: "unknown", provisioning: "succeeded" });
    world.silenceAzure("one-a", false);
    await timers.advance(MINUTE_MS);
    expect(await connections.read(ID)).toMatchObject({ status: "connected" });
  });

  it("calls once, and never a second time by itself: a lost answer must not become two resets", async () => {
    const { credential, kernel, network: options } = await openArm();
    const { retryOptions: _, ...asDeployed } = options;
    const connections = armConnections(armClient(credential(hand), asDeployed));
    const operation = "network:ResetConnection";
    kernel.faults.add({ operation, nth: 1, when: "after", effect: { kind: "lose-connection" } });
    await expect(connections.reset(ID)).rejects.toMatchObject({ code: "unreachable", retryable: true });
    expect(kernel.calls(operation)).toHaveLength(1);
  });

  it("throws the code of a caller without the right, and nothing of the text", async () => {
    const { credential, network: options } = await openArm();
    const connections = armConnections(armClient(credential(nobody), options));
    await expect(connections.read(ID)).rejects.toMatchObject({
      name: "CloudError",
      provider: "azure",
      operation: "GetConnection",
      target: "aws-one-a",
      code: "AuthorizationFailed",
      retryable: false,
      message: "azure GetConnection of aws-one-a failed: AuthorizationFailed",
    });
  });

  it("says so when the function's own identity gave no token", async () => {
    const { network: options } = await openArm();
    const getToken = async () => {
      throw new AuthenticationError(400, { error: "invalid_request" });
    };
    const connections = armConnections(armClient({ getToken }, options));
    await expect(connections.read(ID)).rejects.toMatchObject({ code: "no-credential", retryable: true });
  });
});

const arm = (properties: object) => ({ properties });
const connection = (properties: object = {}) =>
  arm({
    connectionStatus: "Connected",
    provisioningState: "Succeeded",
    enableBgp: false,
    localNetworkGateway2: { id: `${network}/localNetworkGateways/lng` },
    ...properties,
  });
const gateway = arm({ gatewayIpAddress: OUTSIDE_IP });

interface Odd {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly connection?: unknown;
  readonly gateway?: unknown;
}

/** A Resource Manager that answers everything with these. */
async function openOdd(odd: Odd): Promise<Connections> {
  const world = await createWorld();
  closing.push(world.close);
  const answer: RequestListener = ({ url = "" }, response) => {
    const body = url.includes("/localNetworkGateways/") ? (odd.gateway ?? gateway) : odd.connection;
    response.writeHead(odd.status ?? 200, { "content-type": "application/json", ...odd.headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body ?? connection()));
  };
  world.proxy.serve("management.azure.com", answer);
  return armConnections(armClient(world.credential(hand), world.network));
}
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const failure = (code: string) => ({ error: { code, message: "a text that stays there" } });

describe("armConnections, at answers that were never seen", () => {
  it.each([
    ["Connecting", "Updating", "connecting", "updating"],
    ["NotConnected", "Failed", "not-connected", "failed"],
    ["Unknown", "Canceled", "unknown", "canceled"],
    ["Dormant", "Migrating", "unknown", "unknown"],
    [undefined, undefined, "unknown", "unknown"],
  ])("takes %s and %s for %s and %s", async (connectionStatus, provisioningState, status, provisioning) => {
    const connections = await openOdd({ connection: connection({ connectionStatus, provisioningState }) });
    expect(await connections.read(ID)).toMatchObject({ status, provisioning });
  });

  it.each<[string, Odd]>([
    ["no JSON", { connection: "<html>" }],
    ["no properties", { connection: {} }],
    [
      "the other end within another kind of resource",
      { connection: connection({ localNetworkGateway2: { id: ID } }) },
    ],
    [
      "the other end at another host",
      { connection: connection({ localNetworkGateway2: { id: "https://x.example" } }) },
    ],
    ["a name where an address stands", { gateway: arm({ gatewayIpAddress: "x.example" }) }],
  ])("cannot read %s", async (_what, odd) => {
    const connections = await openOdd(odd);
    await expect(connections.read(ID)).rejects.toMatchObject({
      name: "CloudError",
      code: "unreadable-answer",
    });
  });

  it.each([
    [409, "AnotherOperationInProgress"],
    [409, "Conflict"],
    [429, "AnotherOperationInProgress"],
    [429, "RetryableError"],
  ])("takes %i with the code %s for a gateway that is busy", async (status, code) => {
    const connections = await openOdd({ status, connection: failure(code) });
    expect(await connections.reset(ID)).toBe("busy");
  });

  it("takes any other 429 for a throttled call, and says when to come again", async () => {
    const headers = { "retry-after": "17" };
    const connections = await openOdd({ status: 429, headers, connection: failure("TooManyRequests") });
    for (const call of [connections.reset(ID), connections.read(ID)]) {
      await expect(call).rejects.toMatchObject({
        code: "TooManyRequests",
        throttled: true,
        retryable: true,
        retryAfterSeconds: 17,
      });
    }
  });

  it.each([
    [500, failure("InternalServerError"), "InternalServerError", true],
    [502, "<html>", "unreadable-answer", true],
    [400, failure("a text, no code"), "http-400", false],
  ])("throws on a %i", async (status, body, code, retryable) => {
    const connections = await openOdd({ status, connection: body });
    await expect(connections.reset(ID)).rejects.toMatchObject({ code, retryable });
  });
});

describe("DeployedConnections", () => {
  it("takes the id of a connection, in whichever case its parts are written", () => {
    const group = ID.replace("resourceGroups", "resourcegroups");
    expect(DeployedConnections.parse({ "one-a": ID, "one-b": group })).toEqual({
      "one-a": ID,
      "one-b": group,
    });
  });

  it.each([
    "aws-one-a",
    ID.replace("/connections/", "/virtualNetworkGateways/"),
    `${ID}/sharedkey`,
    `${ID}?api-version=2020-01-01`,
    ID.replace("rg-link", "../other"),
  ])("does not take %s", (id) => {
    expect(DeployedConnections.safeParse({ "one-a": id }).success).toBe(false);
  });
});
