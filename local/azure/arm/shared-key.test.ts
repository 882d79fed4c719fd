import { afterEach, describe, expect, it } from "vitest";
import { network } from "../../vpn/test-world.ts";
import { tunnelState } from "../../vpn/tunnel.ts";
import { hand, nobody, type Sent, startArm, type TestArm } from "./test-arm.ts";

const minuteMs = 60_000;
const KEY = "another_key.1";
const PATH = "connections/aws-one-a/sharedkey";
const opened: TestArm[] = [];

async function start(options: Parameters<typeof startArm>[0] = {}): Promise<TestArm> {
  const started = await startArm(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const read = ({ send }: TestArm): Promise<Sent> => send("get", PATH);
const put = ({ send }: TestArm, value: unknown = KEY): Promise<Sent> =>
  send("put", PATH, { body: { value } });
const keyOf = ({ world }: TestArm) => world.tunnel("one-a").azure?.preSharedKey ?? "";
const provisioning = async ({ send }: TestArm): Promise<string> =>
  /"provisioningState":"(\w+)"/.exec(
    JSON.stringify((await send("get", "connections/aws-one-a")).body),
  )?.[1] ?? "none";

describe("network:GetSharedKey", () => {
  it("shows the key in clear, in either case of its name", async () => {
    const started = await start();
    const body = { value: keyOf(started) };
    expect(body.value).toHaveLength(32);
    expect(await read(started)).toMatchObject({ status: "200", body });
    expect(await started.send("get", "connections/aws-one-a/sharedKey")).toMatchObject({ body });
  });

  it("takes more than the right to look at the connection, and takes both rights that are named for it", async () => {
    const started = await start();
    const of = "connections/aws-two-a";
    const scope = `${network}/${of}`;
    const rights = ["action", "read"];
    for (const missing of rights) {
      const others = rights.filter((right) => right !== missing);
      const take = others.map((right) =>
        started.rbac.assign({ principalId: hand.principalId, roleDefinitionId: `keys-${right}`, scope }),
      );
      const { status, body } = await started.send("get", `${of}/sharedkey`);
      expect(status).toBe("403");
      expect(body).toMatchObject({ error: { code: "AuthorizationFailed" } });
      expect(JSON.stringify(body)).toContain(`Microsoft.Network/connections/sharedKey/${missing}`);
      for (const back of take) back();
    }
    started.rbac.assign({ principalId: hand.principalId, roleDefinitionId: "keys", scope });
    expect((await started.send("get", `${of}/sharedkey`)).status).toBe("200");
  });

  it("knows no key of a connection that is not there", async () => {
    const started = await start();
    const scope = `${network}/connections/other`;
    started.rbac.assign({ principalId: hand.principalId, roleDefinitionId: "keys", scope });
    expect(await started.send("get", "connections/other/sharedkey")).toMatchObject({
      status: "404",
      body: { error: { code: "ResourceNotFound" } },
    });
  });
});

describe("network:SetSharedKey", () => {
  it("answers at once, goes on for a while with the old key, and then has the new one", async () => {
    const started = await start();
    const before = keyOf(started);
    const begun = await put(started);
    expect(begun).toMatchObject({ status: "200", body: { value: KEY } });
    expect(await read(started)).toMatchObject({ body: { value: before } });
    expect(await provisioning(started)).toBe("Updating");
    const status = begun.headers["azure-asyncoperation"] ?? "";
    expect((await started.send("get", status)).body).toEqual({ status: "InProgress" });
    await started.timers.advance(minuteMs);
    expect(await read(started)).toMatchObject({ body: { value: KEY } });
    expect(await provisioning(started)).toBe("Succeeded");
    expect((await started.send("get", status)).body).toMatchObject({ status: "Succeeded" });
  });

  it("leaves the tunnel up until the key is another one, and down until AWS's end has it too", async () => {
    const started = await start();
    const { world, timers } = started;
    const tunnel = world.tunnel("one-a");
    await put(started);
    await timers.advance(30_000);
    expect(tunnelState(tunnel)).toBe(1);
    await timers.advance(5 * minuteMs);
    expect(tunnelState(tunnel)).toBe(0);
    world.replaceEndpoint(tunnel, {
      maintenance: false,
      change: () => {
        tunnel.aws.preSharedKey = KEY;
      },
    });
    await timers.advance(5 * minuteMs);
    expect(tunnelState(tunnel)).toBe(1);
    expect(tunnelState(world.tunnel("two-a"))).toBe(1);
  });

  it("may be accepted, end well, and have changed nothing", async () => {
    const started = await start();
    const before = keyOf(started);
    started.arm.ignoreNextKey(`${network}/connections/aws-one-a`);
    const begun = await put(started);
    expect(begun.status).toBe("200");
    await started.timers.advance(minuteMs);
    const status = begun.headers["azure-asyncoperation"] ?? "";
    expect((await started.send("get", status)).body).toMatchObject({ status: "Succeeded" });
    expect(await read(started)).toMatchObject({ body: { value: before } });
    expect(tunnelState(started.world.tunnel("one-a"))).toBe(1);
    await put(started);
    await started.timers.advance(minuteMs);
    expect(keyOf(started)).toBe(KEY);
  });

  it("answers in any of its three forms when not calm, and ignores some that it takes", async () => {
    const started = await start({ calm: false, seed: 3 });
    const seen = new Set<string>();
    let ignored = 0;
    for (let turn = 0; turn < 150; turn += 1) {
      const value = `another_key.${turn}`;
      const { status } = await put(started, value);
      seen.add(status);
      await started.timers.advance(minuteMs);
      if (status !== "429" && keyOf(started) !== value) ignored += 1;
    }
    expect([...seen].toSorted()).toEqual(["200", "201", "202", "429"]);
    expect(ignored).toBeGreaterThan(0);
    expect(ignored).toBeLessThan(30);
  });

  it("refuses any other operation on the gateway meanwhile, and is refused during one", async () => {
    const started = await start();
    await put(started);
    const busy = { status: "409", body: { error: { code: "AnotherOperationInProgress" } } };
    expect(await put(started, "a.third.key")).toMatchObject(busy);
    expect(await started.send("post", "connections/aws-one-a/resetconnection")).toMatchObject(busy);
    await started.timers.advance(minuteMs);
    await started.send("post", "connections/aws-one-a/resetconnection");
    expect(await put(started)).toMatchObject(busy);
    expect(keyOf(started)).toBe(KEY);
  });

  it.each<[string, unknown]>([
    ["no key", null],
    ["an empty key", ""],
    ["a key with a space", "abcd efgh"],
    ["a key with a hyphen", "planted-key"],
    ["a key with a tilde", "planted~key"],
    ["a key beyond ASCII", "plantedkéy"],
    ["a key of 129 characters", "k".repeat(129)],
    ["what is no text", 12_345_678],
  ])("refuses %s, changes nothing, and never repeats it", async (_what, value) => {
    const started = await start();
    const before = keyOf(started);
    const refused = await put(started, value);
    expect(refused).toMatchObject({ status: "400", body: { error: { code: "InvalidRequestFormat" } } });
    expect(JSON.stringify(refused.body)).not.toContain("planted");
    await started.timers.advance(minuteMs);
    expect(keyOf(started)).toBe(before);
  });

  it("takes every other printable character, up to 128 of them", async () => {
    const started = await start();
    const all = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join("");
    const value = all.replaceAll(/[-~]/g, "").padEnd(128, "k");
    expect((await put(started, value)).status).toBe("200");
  });

  it("refuses whoever may not, before it looks at the body", async () => {
    const started = await start();
    const refused = await started.send("put", PATH, { principal: nobody, body: { value: "planted-key" } });
    expect(refused).toMatchObject({ status: "403", body: { error: { code: "AuthorizationFailed" } } });
    const { status } = await started.send("put", "connections/aws-two-a/sharedkey", { body: { value: KEY } });
    expect(status).toBe("403");
  });
});
