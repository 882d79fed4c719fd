import "reflect-metadata";
import { afterEach, describe, expect, it } from "vitest";
import type { AwsServer } from "../server.ts";
import { type Changes, request, serverAuth, startCa } from "./test-ca.ts";

let running: AwsServer | undefined;
afterEach(() => running?.close());

async function start(options: Parameters<typeof startCa>[0] = {}) {
  const started = await startCa(options);
  running = started.server;
  return started;
}

describe("IssueCertificate, called again", () => {
  it("answers the same token with the same certificate for five minutes, whatever else is asked", async () => {
    let nowMs = Date.now();
    const { sdk, pca, told } = await start({ clock: () => nowMs });
    const send = async (changes: Changes) =>
      (await sdk.send(await request({ IdempotencyToken: "one", ...changes }))).CertificateArn;
    const first = await send({});
    expect(await send({ TemplateArn: serverAuth })).toBe(first);
    expect(pca.issued()).toMatchObject([{ calls: 2 }]);
    expect(told).toHaveLength(1);

    nowMs += 5 * 60_000 - 1;
    expect(await send({})).toBe(first);
    nowMs += 1;
    expect(await send({})).not.toBe(first);
  });

  it("does not count a token whose call was refused", async () => {
    const { sdk } = await start();
    const token = { IdempotencyToken: "one" };
    await expect(sdk.send(await request({ ...token, Csr: Buffer.from("x") }))).rejects.toBeDefined();
    await expect(sdk.send(await request(token))).resolves.toBeDefined();
  });

  it("throttles the twenty-sixth call of a second", async () => {
    const nowMs = Date.now();
    const { sdk } = await start({ clock: () => nowMs });
    const command = await request({ IdempotencyToken: "same" });
    for (let n = 0; n < 25; n += 1) await sdk.send(command);
    await expect(sdk.send(command)).rejects.toMatchObject({ name: "ThrottlingException" });
  });
});
