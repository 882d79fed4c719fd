import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, it } from "vitest";
import { type SecretsOptions, secretArn, startSecrets } from "../../local/aws/test-secrets.ts";
import { KeySecretModel } from "../../local/model/api-key-secret.ts";
import { Secret } from "../runtime/secret.ts";
import type { KeySecret } from "./api-key-ports.ts";
import type { LabelledKey } from "./api-key-schema.ts";
import { makeApiKey, writeApiKey } from "./api-key-value.ts";
import { keySecret } from "./aws-key-secret.ts";

const ONE = "1".repeat(32);
const TWO = "2".repeat(32);
const THREE = "3".repeat(32);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(options: SecretsOptions = {}) {
  const started = await startSecrets(options);
  closing.push(() => started.server.close());
  const client = new SecretsManagerClient(started.client());
  const known = new Map<string, LabelledKey>();
  const secret = keySecret({ client, secret: secretArn, known });
  const calls = (operation: string) => started.kernel.calls(`secretsmanager:${operation}`).length;
  return { ...started, known, secret, calls };
}

const keyOf = (digit: string) =>
  makeApiKey({ identity: "bunny.example.com", scopes: ["poll"] }, (bytes) =>
    new Uint8Array(bytes).fill(Number(digit)),
  );
const writtenKey = (digit: string) => writeApiKey(keyOf(digit));

interface Opened {
  readonly secret: KeySecret;
  readonly putByHand: (text: string) => Promise<unknown>;
}
type First = "current" | "as-asked";

async function openAdapter(firstVersion: First): Promise<Opened> {
  const { secret, put } = await start({ firstVersion });
  return { secret, putByHand: (text) => put(text, { ClientRequestToken: THREE }) };
}

async function openModel(first: First): Promise<Opened> {
  const model = new KeySecretModel(() => Math.floor(Date.now() / 1000), first === "current");
  return {
    secret: {
      readLabels: async () => (model.deleted ? "deleted" : model.labelsOf(model.placed)),
      readKey: async (versionId) => model.keyOf(versionId),
      write: async (versionId, value) => model.write(versionId, value),
      move: async (label, from, to) => model.move(label, from, to),
    },
    putByHand: async () => model.putForeign(THREE),
  };
}

/** The ids of the versions with the three labels, each with the id of the key in it. */
async function labelsOf(secret: KeySecret): Promise<unknown> {
  const labels = await secret.readLabels();
  if (labels === "deleted") return labels;
  return [labels.current, labels.pending, labels.previous].map((one) =>
    one === null ? null : [one.versionId, one.key?.id ?? null],
  );
}

/** What the tests of the rotation rely on in the model is what the adapter really does. */
describe.each(
  (["current", "as-asked"] as const).flatMap((first) => [
    {
      name: `the adapter, over Secrets Manager's stand-in, first version ${first}`,
      first,
      open: openAdapter,
    },
    { name: `the model, first version ${first}`, first, open: openModel },
  ]),
)("$name", ({ first, open }) => {
  it("finds no label on a secret without a value", async () => {
    const { secret } = await open(first);
    expect(await labelsOf(secret)).toEqual([null, null, null]);
    expect(await secret.readKey(ONE)).toBeNull();
  });

  it("keeps what is written without making it pending, and gives it the label that is moved to it", async () => {
    const { secret } = await open(first);
    await secret.write(ONE, writtenKey("1"));
    const [one, id] = [ONE, keyOf("1").facts.id];
    expect(await labelsOf(secret)).toEqual([first === "current" ? [one, id] : null, null, null]);
    expect(await secret.move("AWSPENDING", null, ONE)).toBe("moved");
    expect(await labelsOf(secret)).toEqual([first === "current" ? [one, id] : null, [one, id], null]);
    const read = await secret.readKey(ONE);
    expect(read?.key.unwrap()).toBe(keyOf("1").key.unwrap());
  });

  it("has the version that was current become the previous one, until that label is taken off", async () => {
    const { secret } = await open(first);
    await secret.write(ONE, writtenKey("1"));
    if (first === "as-asked") await secret.move("AWSCURRENT", null, ONE);
    await secret.write(TWO, writtenKey("2"));
    await secret.move("AWSPENDING", null, TWO);
    expect(await secret.move("AWSCURRENT", ONE, TWO)).toBe("moved");
    const [one, two] = [
      [ONE, keyOf("1").facts.id],
      [TWO, keyOf("2").facts.id],
    ];
    expect(await labelsOf(secret)).toEqual([two, two, one]);
    expect(await secret.move("AWSPREVIOUS", ONE, null)).toBe("moved");
    expect(await labelsOf(secret)).toEqual([two, two, null]);
  });

  it("moves nothing when the label is elsewhere, or where it should go is nothing", async () => {
    const { secret } = await open(first);
    await secret.write(ONE, writtenKey("1"));
    await secret.write(TWO, writtenKey("2"));
    await secret.move("AWSPENDING", null, ONE);
    const before = await labelsOf(secret);
    expect(await secret.move("AWSPENDING", null, TWO)).toBe("elsewhere");
    expect(await secret.move("AWSPENDING", TWO, null)).toBe("elsewhere");
    expect(await secret.move("AWSPENDING", ONE, THREE)).toBe("elsewhere");
    expect(await labelsOf(secret)).toEqual(before);
  });

  it("tells a value of a person's own apart from none, and what was current before", async () => {
    const { secret, putByHand } = await open(first);
    await secret.write(ONE, writtenKey("1"));
    if (first === "as-asked") await secret.move("AWSCURRENT", null, ONE);
    await putByHand("hunter2");
    expect(await labelsOf(secret)).toEqual([[THREE, null], null, [ONE, keyOf("1").facts.id]]);
    expect(await secret.readKey(THREE)).toBeNull();
  });
});

describe("keySecret", () => {
  it("describes the secret at each look, and reads each version once", async () => {
    const { secret, calls } = await start();
    await secret.write(ONE, writtenKey("1"));
    await secret.move("AWSPENDING", null, ONE);
    for (let looks = 0; looks < 3; looks += 1) await secret.readLabels();
    expect({ described: calls("DescribeSecret"), read: calls("GetSecretValue") }).toEqual({
      described: 3,
      read: 1,
    });
  });

  it("keeps nothing of a version in memory that lets anybody in, and forgets what has no label any more", async () => {
    const { secret, known } = await start({ firstVersion: "as-asked" });
    await secret.write(ONE, writtenKey("1"));
    await secret.move("AWSPENDING", null, ONE);
    await secret.readLabels();
    expect(known.get(ONE)).toEqual({ versionId: ONE, createdAt: expect.any(Number), key: keyOf("1").facts });
    await secret.move("AWSPENDING", ONE, null);
    await secret.readLabels();
    expect(known.size).toBe(0);
  });

  it("says of a secret that is marked for deletion that it is, and reads no value of it", async () => {
    const { secret, secrets, calls } = await start();
    await secret.write(ONE, writtenKey("1"));
    secrets.markForDeletion(secretArn, Date.now() + 1_000_000);
    expect(await secret.readLabels()).toBe("deleted");
    expect(calls("GetSecretValue")).toBe(0);
    await expect(secret.write(TWO, writtenKey("2"))).rejects.toMatchObject({
      code: "InvalidRequestException",
    });
  });

  it("throws for a secret that is not there: that is no secret without labels", async () => {
    const { client } = await start();
    const missing = keySecret({
      client: new SecretsManagerClient(client()),
      secret: secretArn.replace("relay", "other"),
      known: new Map(),
    });
    await expect(missing.readLabels()).rejects.toMatchObject({ code: "ResourceNotFoundException" });
  });

  it("throws when a labelled version cannot be found: one of the two reads is late", async () => {
    const { secret, kernel } = await start();
    await secret.write(ONE, writtenKey("1"));
    const effect = {
      kind: "refuse",
      status: 400,
      code: "ResourceNotFoundException",
      message: "text",
    } as const;
    kernel.faults.add({ operation: "secretsmanager:GetSecretValue", nth: 1, when: "before", effect });
    await expect(secret.readLabels()).rejects.toMatchObject({ code: "label-unsettled", retryable: true });
  });

  it("throws the code of a call that fails, and no value with it", async () => {
    const { secret, kernel } = await start();
    const effect = { kind: "refuse", status: 400, code: "ThrottlingException", message: "text" } as const;
    for (const operation of ["DescribeSecret", "PutSecretValue", "UpdateSecretVersionStage"])
      kernel.faults.add({ operation: `secretsmanager:${operation}`, nth: "every", when: "before", effect });
    const canary = "canary-of-a-key";
    const failures = await Promise.all([
      secret.readLabels().catch((error: unknown) => error),
      secret.write(ONE, new Secret(canary)).catch((error: unknown) => error),
      secret.move("AWSPENDING", null, ONE).catch((error: unknown) => error),
    ]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ name: "CloudError", code: "ThrottlingException" });
      expect(JSON.stringify(failure)).not.toContain(canary);
    }
  });
});
