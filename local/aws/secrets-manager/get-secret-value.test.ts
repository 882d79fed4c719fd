import { afterEach, describe, expect, it } from "vitest";
import {
  keyArn,
  type SecretsOptions,
  secretArn,
  secretName,
  startSecrets,
  versionId,
} from "../test-secrets.ts";

type Started = Awaited<ReturnType<typeof startSecrets>>;
let running: Started["server"] | undefined;
afterEach(() => running?.close());

async function start(options: SecretsOptions = {}) {
  const started = await startSecrets(options);
  running = started.server;
  const get = (version: { VersionId?: string; VersionStage?: string } = {}) =>
    started.sdk.getSecretValue({ SecretId: secretName, ...version });
  return { ...started, get };
}

const token = (n: number) => ({ ClientRequestToken: versionId(n) });
const refusal = (name: string, message = "") => ({ name, message: expect.stringContaining(message) });
const day = Date.parse("2026-11-21T00:00:00.000Z");

describe("GetSecretValue", () => {
  it("answers the current version, or the one with the label or id that is asked for", async () => {
    const { put, get } = await start({ clock: () => day + 8 * 3_600_000 + 5 });
    await put("a", token(1));
    await put("b", token(2));

    expect(await get()).toMatchObject({
      ARN: secretArn,
      Name: secretName,
      SecretString: "b",
      VersionId: versionId(2),
      VersionStages: ["AWSCURRENT"],
      CreatedDate: new Date("2026-11-21T08:00:00.005Z"),
    });
    expect(await get({ VersionStage: "AWSPREVIOUS" })).toMatchObject({ SecretString: "a" });
    expect(await get({ VersionId: versionId(1) })).toMatchObject({ SecretString: "a" });
    expect(await get({ VersionId: versionId(1), VersionStage: "AWSPREVIOUS" })).toBeDefined();
  });

  it("answers bytes as bytes, and nothing else", async () => {
    const { sdk, get } = await start();
    await sdk.putSecretValue({ SecretId: secretName, SecretBinary: Buffer.from([0, 1, 255]) });
    const answer = await get();
    expect(answer.SecretBinary).toEqual(new Uint8Array([0, 1, 255]));
    expect(answer.SecretString).toBeUndefined();
  });

  it("answers a version without labels by its id", async () => {
    const { put, get } = await start();
    for (const n of [1, 2, 3]) await put(`value ${n}`, token(n));
    const answer = await get({ VersionId: versionId(1) });
    expect(answer).toMatchObject({ SecretString: "value 1" });
    expect(answer.VersionStages).toBeUndefined();
  });

  it("refuses while the secret has no value", async () => {
    const { get } = await start();
    await expect(get()).rejects.toMatchObject(
      refusal(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      ),
    );
  });

  it("refuses a label or an id that no version has", async () => {
    const { put, get } = await start();
    await put("a", token(1));
    await expect(get({ VersionStage: "AWSPENDING" })).rejects.toMatchObject(
      refusal("ResourceNotFoundException", "for staging label: AWSPENDING"),
    );
    await expect(get({ VersionId: versionId(2) })).rejects.toMatchObject(
      refusal("ResourceNotFoundException", `for VersionId: ${versionId(2)}`),
    );
  });

  it("refuses a label and an id of two versions", async () => {
    const { put, get } = await start();
    await put("a", token(1));
    await expect(get({ VersionId: versionId(1), VersionStage: "AWSPREVIOUS" })).rejects.toMatchObject(
      refusal(
        "InvalidRequestException",
        "You provided a VersionStage that is not associated to the provided VersionId.",
      ),
    );
  });

  it("finds a secret by its ARN, also without the suffix, and never by a name with a suffix", async () => {
    const { put, sdk } = await start();
    await put("a", token(1));
    for (const SecretId of [secretArn, secretArn.slice(0, -7)]) {
      await expect(sdk.getSecretValue({ SecretId })).resolves.toMatchObject({ SecretString: "a" });
    }
    for (const SecretId of [`${secretName}-a1B2c3`, "another", secretArn.slice(0, -8)]) {
      await expect(sdk.getSecretValue({ SecretId })).rejects.toMatchObject(
        refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
      );
    }
  });

  it("finds a secret whose own name looks like one with a suffix by that and by its whole ARN only", async () => {
    const { sdk, secrets } = await start();
    const arn = secretArn.replace(secretName, "ends-like-a1B2c3");
    secrets.createSecret({ name: "ends-like-a1B2c3", arn });
    for (const SecretId of [arn, "ends-like-a1B2c3"])
      await expect(sdk.describeSecret({ SecretId })).resolves.toMatchObject({ ARN: arn });
    await expect(sdk.describeSecret({ SecretId: arn.slice(0, -7) })).rejects.toMatchObject(
      refusal("ResourceNotFoundException"),
    );
  });

  it("refuses a secret that was marked for deletion", async () => {
    const { put, get, secrets } = await start();
    await put("a", token(1));
    secrets.markForDeletion(secretArn, day);
    await expect(get()).rejects.toMatchObject(refusal("InvalidRequestException", "marked for deletion"));
  });

  it("cannot decrypt with a key that is disabled", async () => {
    const { put, get, secrets } = await start();
    await put("a", token(1));
    secrets.disableKey(keyArn);
    await expect(get()).rejects.toMatchObject(refusal("DecryptionFailure"));
  });

  it("may be answered with what was there a moment ago, for a second and only when not calm", async () => {
    const clock = { nowMs: day };
    const { put, sdk } = await start({ calm: false, seed: 3, clock: () => clock.nowMs });
    const patient = async (act: () => Promise<unknown>): Promise<unknown> => {
      // Two in a hundred calls are throttled here.
      for (let tries = 0; tries < 10; tries += 1) {
        const answer = await act().catch((error: Error) => error);
        if (!(answer instanceof Error) || answer.name !== "ThrottlingException") return answer;
      }
      throw new Error("throttled ten times");
    };
    const read = () => patient(async () => (await sdk.getSecretValue({ SecretId: secretName })).SecretString);
    await patient(() => put("old", token(1)));
    clock.nowMs += 1000;
    await patient(() => put("new", token(2)));
    clock.nowMs += 999;
    const reads: unknown[] = [];
    for (let n = 0; n < 30; n += 1) reads.push(await read());
    expect(new Set(reads)).toEqual(new Set(["old", "new"]));

    clock.nowMs += 1;
    for (let n = 0; n < 30; n += 1) expect(await read()).toBe("new");
  });
});

describe("DescribeSecret", () => {
  it("tells of a secret without a value only that it is there", async () => {
    const { sdk } = await start({ clock: () => day });
    const { $metadata, ...answer } = await sdk.describeSecret({ SecretId: secretName });
    expect(answer).toEqual({
      ARN: secretArn,
      Name: secretName,
      KmsKeyId: keyArn,
      CreatedDate: new Date(day),
      LastChangedDate: new Date(day),
    });
  });

  it("tells the labels of each version that has one, the last change, and the day of the last read", async () => {
    const clock = { nowMs: day };
    const { put, get, sdk } = await start({ clock: () => clock.nowMs });
    for (const n of [1, 2, 3]) await put(`value ${n}`, token(n));
    clock.nowMs += 3_600_000;
    await put("value 4", { ...token(4), VersionStages: ["AWSPENDING"] });
    clock.nowMs += 24 * 3_600_000;
    await get();

    expect(await sdk.describeSecret({ SecretId: secretArn })).toMatchObject({
      VersionIdsToStages: {
        [versionId(2)]: ["AWSPREVIOUS"],
        [versionId(3)]: ["AWSCURRENT"],
        [versionId(4)]: ["AWSPENDING"],
      },
      CreatedDate: new Date(day),
      LastChangedDate: new Date(day + 3_600_000),
      LastAccessedDate: new Date(day + 24 * 3_600_000),
    });
  });

  it("tells when a secret goes that was marked for deletion", async () => {
    const { sdk, secrets } = await start();
    secrets.markForDeletion(secretArn, day);
    expect(await sdk.describeSecret({ SecretId: secretName })).toMatchObject({ DeletedDate: new Date(day) });
  });

  it("refuses a secret that does not exist", async () => {
    const { sdk } = await start();
    await expect(sdk.describeSecret({ SecretId: "another" })).rejects.toMatchObject(
      refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    );
  });
});
