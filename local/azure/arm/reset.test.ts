import { afterEach, describe, expect, it } from "vitest";
import { network } from "../../vpn/test-world.ts";
import { tunnelState } from "../../vpn/tunnel.ts";
import { hand, nobody, type Sent, startArm, type TestArm } from "./test-arm.ts";

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

const reset = ({ send }: TestArm): Promise<Sent> => send("post", "connections/aws-one-a/resetconnection");
const addresses = ({ headers }: Sent) => ({
  status: headers["azure-asyncoperation"] ?? "",
  result: headers["location"] ?? "",
});

describe("network:ResetConnection", () => {
  it("is accepted with the addresses of its status and of its result, and goes on until it has ended", async () => {
    const started = await start();
    const { send, timers, world } = started;
    world.hang("one-a", "azure");
    await timers.advance(minuteMs);
    const begun = await reset(started);
    expect(begun.status).toBe("202");
    const { status, result } = addresses(begun);
    expect(status).toMatch(
      /\/providers\/Microsoft\.Network\/locations\/uksouth\/operations\/[0-9a-f-]{36}\?/,
    );
    expect((await send("get", status)).body).toEqual({ status: "InProgress" });
    expect(await send("get", result)).toMatchObject({ status: "202", headers: { location: result } });
    expect((await send("get", "connections/aws-one-a")).body).toMatchObject({
      properties: { provisioningState: "Updating" },
    });
    await timers.advance(30_000);
    expect((await send("get", status)).body).toMatchObject({ status: "Succeeded" });
    expect((await send("get", result)).status).toBe("200");
    await timers.advance(2 * minuteMs);
    expect(tunnelState(world.tunnel("one-a"))).toBe(1);
    expect((await send("get", "connections/aws-one-a")).body).toMatchObject({
      properties: { provisioningState: "Succeeded", connectionStatus: "Connected" },
    });
  });

  it("takes a healthy tunnel down for a while", async () => {
    const started = await start();
    await reset(started);
    expect(tunnelState(started.world.tunnel("one-a"))).toBe(0);
    await started.timers.advance(2 * minuteMs);
    expect(tunnelState(started.world.tunnel("one-a"))).toBe(1);
  });

  it("refuses another operation on the same gateway, for any of its connections, until the first has ended", async () => {
    const started = await start();
    const { status } = addresses(await reset(started));
    const scope = `${network}/connections/aws-two-a`;
    started.rbac.assign({ principalId: hand.principalId, roleDefinitionId: "reset", scope });
    for (const name of ["aws-one-a", "aws-two-a"]) {
      const refused = await started.send("post", `connections/${name}/resetconnection`);
      expect(refused.status, name).toBe("409");
      expect(refused.body).toMatchObject({ error: { code: "AnotherOperationInProgress" } });
      expect(JSON.stringify(refused.body)).toContain(status);
    }
    expect(tunnelState(started.world.tunnel("two-a"))).toBe(1);
    await started.timers.advance(minuteMs);
    expect((await reset(started)).status).toBe("202");
  });

  it("refuses it as 409 or as 429 when not calm", async () => {
    const started = await start({ calm: false, seed: 5 });
    const seen = new Set<string>();
    for (let turn = 0; turn < 40; turn += 1) {
      const { status, body } = await reset(started);
      if (JSON.stringify(body ?? {}).includes("AnotherOperationInProgress")) seen.add(status);
    }
    expect([...seen].toSorted()).toEqual(["409", "429"]);
  });

  it("tells a failure only afterwards, and has mended nothing", async () => {
    const started = await start();
    const { arm, send, timers, world } = started;
    world.hang("one-a", "azure");
    arm.failNextReset(`${network}/connections/aws-one-a`);
    const begun = await reset(started);
    expect(begun.status).toBe("202");
    await timers.advance(minuteMs);
    const { status, result } = addresses(begun);
    expect((await send("get", status)).body).toMatchObject({
      status: "Failed",
      error: { code: "InternalServerError" },
    });
    expect((await send("get", result)).status).toBe("500");
    await timers.advance(10 * minuteMs);
    expect(tunnelState(world.tunnel("one-a"))).toBe(0);
    await reset(started);
    await timers.advance(2 * minuteMs);
    expect(tunnelState(world.tunnel("one-a"))).toBe(1);
  });

  it("lets nobody without a token ask for an operation, and knows no other", async () => {
    const started = await start();
    const { status } = addresses(await reset(started));
    expect((await started.sendBare(status.replace("https://management.azure.com", ""))).status).toBe("401");
    const unknown = status.replace(/operations\/[0-9a-f-]{36}/, `operations/${"0".repeat(36)}`);
    const answer = await started.send("get", unknown, { principal: nobody });
    expect(answer.status).toBe("404");
    expect(answer.body).toMatchObject({ error: { code: "OperationNotFound" } });
  });

  it("never comes to the world when the connection breaks before, and does when it breaks after", async () => {
    for (const [when, state] of [
      ["before", 1],
      ["after", 0],
    ] as const) {
      const started = await start();
      const effect = { kind: "lose-connection" } as const;
      started.kernel.faults.add({ operation: "network:ResetConnection", nth: 1, when, effect });
      await expect(reset(started)).rejects.toThrow();
      expect(tunnelState(started.world.tunnel("one-a")), when).toBe(state);
    }
  });
});
