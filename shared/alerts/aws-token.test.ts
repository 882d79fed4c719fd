import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, it } from "vitest";
import { secretArn, startSecrets } from "../../local/aws/test-secrets.ts";
import { messengerToken } from "./aws-token.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const world = await startSecrets();
  closing.push(world.server.close);
  return { ...world, read: messengerToken(new SecretsManagerClient(world.client()), secretArn) };
}

describe("messengerToken", () => {
  it("reads the token, and the next one from when it is put", async () => {
    const { put, read } = await start();
    await put("xoxb-1-first\n");
    expect((await read()).unwrap()).toBe("xoxb-1-first");
    await put("xoxb-2-second");
    expect((await read()).unwrap()).toBe("xoxb-2-second");
  });

  it("says what to do when nobody has put one", async () => {
    const { read } = await start();
    await expect(read()).rejects.toMatchObject({
      name: "ConfigError",
      message: `there is no token to tell incidents with: put the bot's token (xoxb-…) into ${secretArn}`,
    });
  });

  it.each(["", "hunter2", "xoxp-1-person", '{"token":"xoxb-1"}', "xoxb-1 xoxb-2"])(
    "refuses what is no bot's token without repeating it (%#)",
    async (value) => {
      const { put, read } = await start();
      await put(value === "" ? " " : value);
      const failure = await read().catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: "ConfigError" });
      if (value !== "") expect(String(failure)).not.toContain(value);
    },
  );

  it("throws what Secrets Manager says otherwise, for nothing is known of the token then", async () => {
    const { client } = await start();
    const stranger = { ...client(), credentials: { accessKeyId: "AKIASTRANGER", secretAccessKey: "x" } };
    await expect(messengerToken(new SecretsManagerClient(stranger), secretArn)()).rejects.toMatchObject({
      name: "CloudError",
      code: "UnrecognizedClientException",
    });
  });
});
