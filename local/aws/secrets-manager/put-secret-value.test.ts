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

async function start(options: SecretsOptions = {}): Promise<Started> {
  const started = await startSecrets(options);
  running = started.server;
  return started;
}

const token = (n: number) => ({ ClientRequestToken: versionId(n) });
const refusal = (name: string, message = "") => ({ name, message: expect.stringContaining(message) });

describe("PutSecretValue", () => {
  it("makes the first version current", async () => {
    const { put, labels } = await start();
    const answer = await put("a", token(1));

    expect(answer).toMatchObject({
      ARN: secretArn,
      Name: secretName,
      VersionId: versionId(1),
      VersionStages: ["AWSCURRENT"],
    });
    expect(labels()).toEqual({ AWSCURRENT: versionId(1) });
  });

  it("makes the first version current also when it is asked for another label", async () => {
    const { put, labels } = await start();
    const answer = await put("a", { ...token(1), VersionStages: ["AWSPENDING"] });

    expect(answer.VersionStages).toEqual(["AWSCURRENT", "AWSPENDING"]);
    expect(labels()).toEqual({ AWSCURRENT: versionId(1), AWSPENDING: versionId(1) });
  });

  it("gives the first version only what it is asked for, in the other reading of the reference", async () => {
    const { put, labels } = await start({ firstVersion: "as-asked" });
    await put("a", { ...token(1), VersionStages: ["AWSPENDING"] });
    expect(labels()).toEqual({ AWSPENDING: versionId(1) });
  });

  it("moves AWSCURRENT without being asked, and AWSPREVIOUS behind it", async () => {
    const { put, labels } = await start();
    for (const n of [1, 2, 3]) await put(`value ${n}`, token(n));
    expect(labels()).toEqual({ AWSCURRENT: versionId(3), AWSPREVIOUS: versionId(2) });
  });

  it("moves only the labels that it is asked to move", async () => {
    const { put, labels } = await start();
    await put("a", token(1));
    await put("b", { ...token(2), VersionStages: ["AWSPENDING", "one", "two"] });
    await put("c", { ...token(3), VersionStages: ["AWSPENDING", "one"] });

    expect(labels()).toEqual({
      AWSCURRENT: versionId(1),
      AWSPENDING: versionId(3),
      one: versionId(3),
      two: versionId(2),
    });
  });

  it("takes AWSPENDING off the version that it takes AWSCURRENT from, and leaves other labels there", async () => {
    const { put, sdk, labels } = await start();
    await put("a", token(1));
    await put("b", { ...token(2), VersionStages: ["AWSPENDING", "mine"] });
    await sdk.updateSecretVersionStage({
      SecretId: secretName,
      VersionStage: "AWSCURRENT",
      RemoveFromVersionId: versionId(1),
      MoveToVersionId: versionId(2),
    });
    expect(labels()).toMatchObject({ AWSCURRENT: versionId(2), AWSPENDING: versionId(2) });
    await put("c", token(3));

    expect(labels()).toEqual({
      AWSCURRENT: versionId(3),
      AWSPREVIOUS: versionId(2),
      mine: versionId(2),
    });
  });

  it("does nothing when the token stands for a version with the same value", async () => {
    const { put, labels, secrets } = await start();
    await put("a", token(1));
    await put("b", token(2));
    const answer = await put("a", token(1));

    expect(answer).toMatchObject({ VersionId: versionId(1), VersionStages: ["AWSPREVIOUS"] });
    expect(labels()).toEqual({ AWSCURRENT: versionId(2), AWSPREVIOUS: versionId(1) });
    expect(secrets.contents(secretArn).versions.size).toBe(2);
  });

  it("refuses a token that stands for a version with another value, and says neither value", async () => {
    const { put, sdk } = await start();
    await put("the old value", token(1));
    const again = put("the new value", token(1));
    await expect(again).rejects.toMatchObject(refusal("ResourceExistsException", versionId(1)));
    await expect(again).rejects.not.toMatchObject({ message: expect.stringMatching(/old value|new value/) });
    const SecretBinary = Buffer.from("the old value");
    await expect(
      sdk.putSecretValue({ SecretId: secretName, SecretBinary, ...token(1) }),
    ).rejects.toMatchObject(refusal("ResourceExistsException"));
  });

  it("refuses a call without a token", async () => {
    const { put, sdk } = await start();
    const unsaid = ({ ClientRequestToken: _, ...rest }: Record<string, unknown>) => rest;
    // The official client fills a token in, so it is taken out again of what is about to be signed.
    sdk.middlewareStack.add(
      (next) => (args) => {
        const request = Object(args.request);
        const body = JSON.stringify(unsaid(JSON.parse(new TextDecoder().decode(request.body))));
        const headers = { ...request.headers, "content-length": String(Buffer.byteLength(body)) };
        return next({ ...args, request: Object.assign(request, { body, headers }) });
      },
      { step: "build", priority: "low" },
    );
    await expect(put("a")).rejects.toMatchObject(
      refusal("InvalidRequestException", "You must provide a ClientRequestToken value."),
    );
  });

  it("refuses no value, two values, and a value out of bounds", async () => {
    const { put, sdk } = await start();
    const SecretBinary = Buffer.from("a");
    await expect(sdk.putSecretValue({ SecretId: secretName })).rejects.toMatchObject(
      refusal("InvalidRequestException"),
    );
    await expect(put("a", { SecretBinary })).rejects.toMatchObject(refusal("InvalidParameterException"));
    await expect(put("")).rejects.toMatchObject(refusal("ValidationException"));
    await expect(put("x".repeat(65_537))).rejects.toMatchObject(refusal("ValidationException"));
    await expect(put("é".repeat(32_769))).rejects.toMatchObject(refusal("ValidationException"));
    await expect(
      put("", { SecretString: undefined, SecretBinary: Buffer.alloc(65_537) }),
    ).rejects.toMatchObject(refusal("ValidationException"));
    await expect(put("é".repeat(32_768))).resolves.toBeDefined();
  });

  it("refuses a token that is shorter than 32 or longer than 64 characters", async () => {
    const { put } = await start();
    for (const length of [31, 65]) {
      await expect(put("a", { ClientRequestToken: "t".repeat(length) })).rejects.toMatchObject(
        refusal("ValidationException", "ClientRequestToken"),
      );
    }
    await expect(put("a", { ClientRequestToken: "t".repeat(64) })).resolves.toBeDefined();
  });

  it("refuses more than 20 labels, and a label that is empty or too long", async () => {
    const { put } = await start();
    const labels = (count: number) => Array.from({ length: count }, (_, n) => `label-${n}`);
    for (const VersionStages of [labels(21), [""], ["l".repeat(257)], []]) {
      await expect(put("a", { VersionStages })).rejects.toMatchObject(refusal("ValidationException"));
    }
  });

  it("refuses a secret that does not exist or was marked for deletion", async () => {
    const { put, secrets, labels } = await start();
    await expect(put("a", { SecretId: "another" })).rejects.toMatchObject(
      refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    );
    secrets.markForDeletion(secretArn, Date.now());
    await expect(put("a")).rejects.toMatchObject(refusal("InvalidRequestException", "marked for deletion"));
    expect(labels()).toEqual({});
    secrets.restore(secretArn);
    await expect(put("a")).resolves.toMatchObject({ VersionStages: ["AWSCURRENT"] });
  });

  it("refuses to encrypt with a key that is disabled, and then keeps nothing", async () => {
    const { put, secrets, labels } = await start();
    secrets.disableKey(keyArn);
    await expect(put("a")).rejects.toMatchObject(refusal("EncryptionFailure"));
    expect(labels()).toEqual({});
  });

  it("cannot compare with a version whose key is disabled", async () => {
    const { put, secrets } = await start();
    await put("a", token(1));
    secrets.disableKey(keyArn);
    await expect(put("a", token(1))).rejects.toMatchObject(refusal("DecryptionFailure"));
  });

  it("keeps about a hundred versions, and never drops one of the last day or one with a label", async () => {
    const clock = { nowMs: Date.parse("2026-11-21T08:00:00.000Z") };
    const { put, secrets } = await start({ clock: () => clock.nowMs });
    const putNext = async (n: number) => {
      clock.nowMs += 100;
      await put(`value ${n}`, token(n));
    };
    await put("kept", { ...token(0), VersionStages: ["mine"] });
    for (let n = 1; n < 100; n += 1) await putNext(n);
    await expect(put("one too many", token(100))).rejects.toMatchObject(refusal("LimitExceededException"));

    clock.nowMs += 86_400_000 - 90 * 100;
    await putNext(100);
    const { versions } = secrets.contents(secretArn);
    expect(versions.size).toBe(100);
    expect([...versions.keys()].slice(0, 2)).toEqual([versionId(0), versionId(2)]);
  });

  it("takes 50 changes a second", async () => {
    const { put } = await start({ clock: () => 1_800_000_000_000 });
    const puts = await Promise.allSettled(Array.from({ length: 51 }, (_, n) => put("a", token(n))));
    expect(puts.filter(({ status }) => status === "rejected")).toMatchObject([
      { reason: { name: "ThrottlingException" } },
    ]);
  });

  it("tells of each label that moved, except AWSPENDING and AWSPREVIOUS", async () => {
    const told: unknown[] = [];
    const { put } = await start({ tell: (event) => told.push(event) });
    await put("a", token(1));
    await put("b", { ...token(2), VersionStages: ["AWSPENDING"] });
    await put("c", { ...token(3), VersionStages: ["AWSCURRENT", "mine"] });
    await put("c", token(3));

    const updated = (labelUpdated: string, version: number) => ({
      source: "aws.secretsmanager",
      detailType: "Secret Label Updated",
      resources: [secretArn],
      detail: { name: secretName, labelUpdated, versionId: versionId(version) },
    });
    expect(told).toEqual([updated("AWSCURRENT", 1), updated("AWSCURRENT", 3), updated("mine", 3)]);
  });
});
