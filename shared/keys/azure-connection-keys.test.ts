import type { RequestListener } from "node:http";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { hand, nobody, startArm } from "../../local/azure/arm/test-arm.ts";
import { createWorld } from "../../local/azure/world-for-tests.ts";
import { modelConnectionKeys } from "../../local/model/connection-keys.ts";
import { network } from "../../local/vpn/test-world.ts";
import { armClient } from "../runtime/arm.ts";
import { Secret } from "../runtime/secret.ts";
import { armConnectionKeys } from "./azure-connection-keys.ts";
import type { ConnectionKeys } from "./connection-keys.ts";

const ID = `${network}/connections/aws-one-a`;
const KEY = "planted.key_1";
const MINUTE_MS = 60_000;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function openArm() {
  const arm = await startArm();
  closing.push(() => arm.close());
  return { ...arm, keys: armConnectionKeys(armClient(arm.credential(hand), arm.network)) };
}

const openAdapter = async (): Promise<ConnectionKeys> => {
  const { keys, world } = await openArm();
  world.setAzureKey("one-a", "old.key_1");
  return keys;
};
const openModel = async (): Promise<ConnectionKeys> => modelConnectionKeys({ [ID]: "old.key_1" });

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over Resource Manager's stand-in", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("reads the key, and keeps it to itself", async () => {
    const key = await (await open()).read(ID);
    expect(key?.unwrap()).toBe("old.key_1");
    expect(inspect(key)).toBe("[redacted]");
  });

  it("begins a change without waiting for its end, and begins no second one", async () => {
    const keys = await open();
    expect(await keys.set(ID, new Secret(KEY))).toBe("begun");
    expect((await keys.read(ID))?.unwrap()).toBe("old.key_1");
    expect(await keys.set(ID, new Secret(KEY))).toBe("busy");
  });

  it("throws for a connection that is not there", async () => {
    const keys = await open();
    const code = /ResourceNotFound|AuthorizationFailed/;
    await expect(keys.read(`${network}/connections/other`)).rejects.toMatchObject({
      name: "CloudError",
      code: expect.stringMatching(code),
      retryable: false,
    });
  });
});

describe("armConnectionKeys", () => {
  it("sees what came of a change when it reads again, and that nothing did where Azure has ignored it", async () => {
    const { arm, keys, timers } = await openArm();
    const before = (await keys.read(ID))?.unwrap();
    arm.ignoreNextKey(ID);
    expect(await keys.set(ID, new Secret(KEY))).toBe("begun");
    await timers.advance(MINUTE_MS);
    expect((await keys.read(ID))?.unwrap()).toBe(before);
    expect(await keys.set(ID, new Secret(KEY))).toBe("begun");
    await timers.advance(MINUTE_MS);
    expect((await keys.read(ID))?.unwrap()).toBe(KEY);
  });

  it("calls once, and never a second time by itself", async () => {
    const { credential, kernel, network: options } = await openArm();
    const { retryOptions: _, ...asDeployed } = options;
    const keys = armConnectionKeys(armClient(credential(hand), asDeployed));
    const operation = "network:SetSharedKey";
    kernel.faults.add({ operation, nth: 1, when: "after", effect: { kind: "lose-connection" } });
    await expect(keys.set(ID, new Secret(KEY))).rejects.toMatchObject({
      code: "unreachable",
      retryable: true,
    });
    expect(kernel.calls(operation)).toHaveLength(1);
  });

  it("throws the code of a caller without the right, and no key with it, wherever one looks", async () => {
    const { credential, network: options } = await openArm();
    const keys = armConnectionKeys(armClient(credential(nobody), options));
    const failed = await keys.set(ID, new Secret(KEY)).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      name: "CloudError",
      provider: "azure",
      operation: "SetSharedKey",
      target: "aws-one-a",
      code: "AuthorizationFailed",
      retryable: false,
    });
    expect(inspect(failed, { depth: null, showHidden: true })).not.toContain("planted");
  });

  it("holds no key in the error of a lost connection", async () => {
    const { kernel, keys } = await openArm();
    const effect = { kind: "lose-connection" } as const;
    kernel.faults.add({ operation: "network:SetSharedKey", nth: "every", when: "before", effect });
    const failed = await keys.set(ID, new Secret(KEY)).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "unreachable" });
    // What the client throws holds the request.
    expect(failed).not.toHaveProperty("cause.request");
    expect(inspect(failed, { depth: null, showHidden: true })).not.toContain("planted");
  });
});

/** A Resource Manager that answers everything with these. */
async function openOdd(status: number, body: unknown): Promise<ConnectionKeys> {
  const world = await createWorld();
  closing.push(world.close);
  const answer: RequestListener = (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  world.proxy.serve("management.azure.com", answer);
  return armConnectionKeys(armClient(world.credential(hand), world.network));
}

describe("armConnectionKeys, at answers that were never seen", () => {
  it.each([[{ value: "" }], [{ value: null }]])("takes %o for a connection without a key", async (body) => {
    expect(await (await openOdd(200, body)).read(ID)).toBeNull();
  });

  it.each([[{}], [{ value: 12 }], ["<html>planted</html>"], [null]])(
    "cannot tell the key from %o, and never takes it for none",
    async (body) => {
      const failed = await (await openOdd(200, body)).read(ID).catch((error: unknown) => error);
      expect(failed).toMatchObject({ name: "CloudError", code: "unreadable-answer" });
    },
  );

  it.each([
    [409, "AnotherOperationInProgress"],
    [409, "Conflict"],
    [429, "AnotherOperationInProgress"],
    [429, "RetryableError"],
  ])("takes %i with the code %s for a gateway that is busy", async (status, code) => {
    const keys = await openOdd(status, { error: { code, message: "" } });
    expect(await keys.set(ID, new Secret(KEY))).toBe("busy");
  });

  it.each([200, 201, 202])("takes %i for a change that was begun, whatever is in it", async (status) => {
    expect(await (await openOdd(status, { value: "other" })).set(ID, new Secret(KEY))).toBe("begun");
  });

  it("takes any other 429 for a throttled call", async () => {
    const keys = await openOdd(429, { error: { code: "TooManyRequests", message: "" } });
    for (const call of [keys.read(ID), keys.set(ID, new Secret(KEY))]) {
      await expect(call).rejects.toMatchObject({ code: "TooManyRequests", throttled: true });
    }
  });
});
