import type { RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { hand, named, nsgId, owner, startNsgs } from "../../local/azure/arm/nsg/test-nsgs.ts";
import { createWorld, NOBODY } from "../../local/azure/world-for-tests.ts";
import { armClient } from "../runtime/arm.ts";
import { armNetworkSecurityGroups, DeployedNsgs } from "./nsg-azure.ts";
import type { NsgRule } from "./nsg-rule.ts";
import { allowOf } from "./nsg-write.ts";
import { OFFICE } from "./test-nsg-plan.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function openArm() {
  const started = await startNsgs({ rules: [named("bunny")] });
  closing.push(() => started.close());
  const groups = armNetworkSecurityGroups(armClient(started.credential(hand), started.network));
  return { ...started, groups };
}

const written = (name: string, priority: number): NsgRule => allowOf(OFFICE, { name, etag: null, priority });

describe("armNetworkSecurityGroups", () => {
  it("tells that there is no such group, in a resource group that is there and in one that is not", async () => {
    const { groups, credential, network } = await openArm();
    const admin = armNetworkSecurityGroups(armClient(credential(owner), network));
    expect(await admin.read(nsgId.replace("nsg-bunny", "nsg-none"))).toBeNull();
    expect(await admin.read(nsgId.replace("rg-link", "rg-none"))).toBeNull();
    expect(await groups.read(nsgId)).not.toBeNull();
  });

  it("does not take a group that it may not read for none", async () => {
    const { credential, network } = await openArm();
    const groups = armNetworkSecurityGroups(armClient(credential(NOBODY), network));
    await expect(groups.read(nsgId)).rejects.toMatchObject({
      name: "CloudError",
      operation: "GetNetworkSecurityGroup",
      target: "nsg-bunny",
      code: "AuthorizationFailed",
      retryable: false,
    });
    await expect(groups.put(nsgId, written("office", 200))).rejects.toMatchObject({
      operation: "CreateOrUpdateSecurityRule",
      target: "office",
      code: "AuthorizationFailed",
    });
    await expect(groups.remove(nsgId, "bunny", null)).rejects.toMatchObject({
      operation: "DeleteSecurityRule",
      code: "AuthorizationFailed",
    });
  });

  it("throws the code of a rule that Azure would not have, which no retry mends", async () => {
    const { groups } = await openArm();
    const low = { ...written("office", 200), priority: 4_097 };
    await expect(groups.put(nsgId, low)).rejects.toMatchObject({
      code: "SecurityRuleInvalidPriority",
      retryable: false,
    });
  });

  it("does not take the rule of a group that is gone for a rule that is gone", async () => {
    const { credential, network } = await openArm();
    const groups = armNetworkSecurityGroups(armClient(credential(owner), network));
    const gone = nsgId.replace("nsg-bunny", "nsg-none");
    await expect(groups.put(gone, written("office", 200))).rejects.toMatchObject({
      code: "ParentResourceNotFound",
    });
  });
});

async function openOdd(answer: {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}) {
  const world = await createWorld();
  closing.push(() => world.close());
  const listener: RequestListener = (request, response) => {
    request.resume();
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  };
  world.proxy.serve("management.azure.com", listener);
  return armNetworkSecurityGroups(armClient(world.credential(hand), world.network));
}
const error = (code: string) => ({ error: { code, message: "x" } });

describe("armNetworkSecurityGroups, of what else Azure may answer", () => {
  it.each(["SubscriptionNotFound", "InvalidResourceType", "odd code!"])(
    "does not take 404 %s for a group that is not there",
    async (code) => {
      const groups = await openOdd({ status: 404, body: error(code) });
      await expect(groups.read(nsgId)).rejects.toMatchObject({ name: "CloudError", retryable: false });
    },
  );

  it.each([409, 429])(
    "takes %i AnotherOperationInProgress for busy, for as long as it says",
    async (status) => {
      const body = error("AnotherOperationInProgress");
      const groups = await openOdd({ status, body, headers: { "retry-after": "7" } });
      const busy = { kind: "busy", retryAfterSeconds: 7 };
      expect(await groups.put(nsgId, written("office", 200))).toEqual(busy);
      expect(await groups.remove(nsgId, "bunny", null)).toEqual(busy);
    },
  );

  it("throws a throttle for as long as it says", async () => {
    const body = error("TooManyRequests");
    const groups = await openOdd({ status: 429, body, headers: { "retry-after": "17" } });
    const throttled = { throttled: true, retryable: true, retryAfterSeconds: 17 };
    await expect(groups.put(nsgId, written("office", 200))).rejects.toMatchObject(throttled);
    await expect(groups.read(nsgId)).rejects.toMatchObject(throttled);
  });

  it("does not take a lock on the group for anything that passes", async () => {
    const groups = await openOdd({ status: 409, body: error("ScopeLocked") });
    await expect(groups.remove(nsgId, "bunny", null)).rejects.toMatchObject({
      code: "ScopeLocked",
      retryable: false,
    });
  });

  it("takes 204 on a delete for a rule that was gone", async () => {
    const groups = await openOdd({ status: 204 });
    expect(await groups.remove(nsgId, "bunny", null)).toEqual({ kind: "gone" });
  });

  it.each<[string, unknown]>([
    [
      "a rule without its direction",
      { properties: { securityRules: [named("a", { direction: undefined })] } },
    ],
    ["no list of rules", { properties: {} }],
    ["something else", "<html>"],
  ])(
    "reads no group out of %s: rules that it did not see would be opened or closed again",
    async (_what, body) => {
      const groups = await openOdd({ status: 200, body });
      await expect(groups.read(nsgId)).rejects.toMatchObject({ code: "unreadable-answer", retryable: false });
    },
  );

  it.each(["Updating", "Creating", "Deleting"])(
    "takes a rule in the state %s for one that is being changed",
    async (state) => {
      const rule = named("Office", { provisioningState: state });
      const groups = await openOdd({ status: 200, body: { properties: { securityRules: [rule] } } });
      expect([...((await groups.read(nsgId))?.changing ?? [])]).toEqual(["office"]);
    },
  );
});

describe("DeployedNsgs", () => {
  const ID =
    "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/MC_link/providers/Microsoft.Network/networkSecurityGroups/aks-1";
  const isTaken = (id: string) => DeployedNsgs.safeParse({ bunny: id }).success;

  it("takes the resource id of an NSG in any case, and nothing below or beside one", () => {
    expect(isTaken(ID)).toBe(true);
    expect(isTaken(ID.toUpperCase())).toBe(true);
    expect(isTaken(`${ID}/securityRules/a`)).toBe(false);
    expect(isTaken(ID.replace("networkSecurityGroups", "connections"))).toBe(false);
  });
});
