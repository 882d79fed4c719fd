import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, it } from "vitest";
import { secretArn, startSecrets } from "../../local/aws/test-secrets.ts";
import { CURRENT, PENDING } from "../certificates/staged-secret.ts";
import { Secret } from "../runtime/secret.ts";
import { tunnelSecret } from "./aws-tunnel-secret.ts";

const ONE = "1".repeat(32);
const TWO = "2".repeat(32);
const clock = () => Math.floor(Date.now() / 1_000);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const started = await startSecrets();
  closing.push(() => started.server.close());
  const client = new SecretsManagerClient(started.client());
  const secret = tunnelSecret({ client, secret: secretArn, clock });
  const fetched = () => started.kernel.calls("secretsmanager:GetSecretValue").length;
  return { ...started, secret, fetched };
}

const read = async (secret: Awaited<ReturnType<typeof start>>["secret"]) => {
  const labels = await secret.readLabels();
  if (labels === "deleted") return labels;
  const text = (of: (typeof labels)["current"]) => of?.value?.unwrap() ?? null;
  return [text(labels.current), text(labels.pending)];
};

describe("tunnelSecret", () => {
  it("has neither a current nor a pending version at first", async () => {
    const { secret } = await start();
    expect(await read(secret)).toEqual([null, null]);
  });

  it("has what was written and labelled, the first version of all among it", async () => {
    const { secret } = await start();
    await secret.write(ONE, new Secret("one"));
    expect(await secret.move(CURRENT, null, ONE)).toBe("moved");
    expect(await read(secret)).toEqual(["one", null]);
    await secret.write(TWO, new Secret("two"));
    expect(await read(secret)).toEqual(["one", null]);
    expect(await secret.move(PENDING, null, TWO)).toBe("moved");
    expect(await read(secret)).toEqual(["one", "two"]);
    expect(await secret.move(CURRENT, ONE, TWO)).toBe("moved");
    expect(await read(secret)).toEqual(["two", "two"]);
    expect(await secret.move(PENDING, TWO, null)).toBe("moved");
    expect(await read(secret)).toEqual(["two", null]);
  });

  it("moves nothing when somebody has moved the label meanwhile", async () => {
    const { secret, sdk } = await start();
    await secret.write(ONE, new Secret("one"));
    await secret.write(TWO, new Secret("two"));
    const byHand = { VersionStage: PENDING, MoveToVersionId: TWO };
    await sdk.updateSecretVersionStage({ SecretId: secretArn, ...byHand });
    expect(await secret.move(PENDING, null, ONE)).toBe("elsewhere");
    expect(await read(secret)).toEqual(["one", "two"]);
  });

  it("fetches a version once, however often it looks", async () => {
    const { secret, fetched } = await start();
    await secret.write(ONE, new Secret("one"));
    for (let looks = 0; looks < 3; looks += 1) await read(secret);
    expect(fetched()).toBe(1);
  });

  it("tells a secret that is marked for deletion from one that cannot be read", async () => {
    const { secret, secrets, sdk } = await start();
    await secret.write(ONE, new Secret("one"));
    secrets.markForDeletion(secretArn, Date.now() + 86_400_000);
    expect(await secret.readLabels()).toBe("deleted");
    await expect(
      tunnelSecret({ client: sdk, secret: `${secretArn}x`, clock }).readLabels(),
    ).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
  });

  it("keeps bytes apart from a text", async () => {
    const { secret, sdk } = await start();
    await sdk.putSecretValue({ SecretId: secretArn, SecretBinary: new Uint8Array([1]) });
    const labels = await secret.readLabels();
    expect(labels).toMatchObject({ current: { value: null, labels: [CURRENT] }, pending: null });
  });
});
