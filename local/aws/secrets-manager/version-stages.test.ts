import type { ListSecretVersionIdsCommandOutput } from "@aws-sdk/client-secrets-manager";
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

/** Two versions: the first is current, the second pending. */
async function start(options: SecretsOptions = {}) {
  const started = await startSecrets(options);
  running = started.server;
  const { put, sdk } = started;
  await put("a", { ClientRequestToken: versionId(1) });
  await put("b", { ClientRequestToken: versionId(2), VersionStages: ["AWSPENDING"] });
  const move = (VersionStage: string, from?: number, to?: number) =>
    sdk.updateSecretVersionStage({
      SecretId: secretName,
      VersionStage,
      ...(from === undefined ? {} : { RemoveFromVersionId: versionId(from) }),
      ...(to === undefined ? {} : { MoveToVersionId: versionId(to) }),
    });
  return { ...started, move };
}

const refusal = (name: string, message = "") => ({ name, message: expect.stringContaining(message) });
const before = { AWSCURRENT: versionId(1), AWSPENDING: versionId(2) };

describe("UpdateSecretVersionStage", () => {
  it("moves AWSCURRENT, gives AWSPREVIOUS to the version that had it, and leaves AWSPENDING", async () => {
    const { move, labels } = await start();
    expect(await move("AWSCURRENT", 1, 2)).toMatchObject({ ARN: secretArn, Name: secretName });
    expect(labels()).toEqual({
      AWSCURRENT: versionId(2),
      AWSPENDING: versionId(2),
      AWSPREVIOUS: versionId(1),
    });
  });

  it("goes back to the previous version, and the other way round", async () => {
    const { move, labels } = await start();
    await move("AWSCURRENT", 1, 2);
    await move("AWSPENDING", 2);
    await move("AWSCURRENT", 2, 1);
    expect(labels()).toEqual({ AWSCURRENT: versionId(1), AWSPREVIOUS: versionId(2) });
  });

  it("attaches a label that no version has, also AWSCURRENT, without a version to take it from", async () => {
    const { move, labels } = await start();
    await move("mine", undefined, 1);
    expect(labels()).toEqual({ ...before, mine: versionId(1) });

    const { put, sdk, labels: others, server } = await startSecrets({ firstVersion: "as-asked" });
    await put("a", { ClientRequestToken: versionId(1), VersionStages: ["AWSPENDING"] });
    await sdk.updateSecretVersionStage({
      SecretId: secretName,
      VersionStage: "AWSCURRENT",
      MoveToVersionId: versionId(1),
    });
    expect(others()).toEqual({ AWSCURRENT: versionId(1), AWSPENDING: versionId(1) });
    await server.close();
  });

  it("does nothing for a label that is already where it is wanted", async () => {
    const { move, labels } = await start();
    await move("AWSPENDING", undefined, 2);
    await move("AWSCURRENT", 1, 1);
    expect(labels()).toEqual(before);
  });

  it("takes a label away", async () => {
    const { move, labels } = await start();
    await move("AWSPENDING", 2);
    expect(labels()).toEqual({ AWSCURRENT: versionId(1) });
  });

  it("refuses to take AWSCURRENT away", async () => {
    const { move, labels } = await start();
    await expect(move("AWSCURRENT", 1)).rejects.toMatchObject(
      refusal("InvalidParameterException", "can't be completely removed"),
    );
    expect(labels()).toEqual(before);
  });

  it("refuses to move a label without the version that has it, or with another", async () => {
    const { move, labels } = await start();
    await expect(move("AWSCURRENT", undefined, 2)).rejects.toMatchObject(
      refusal(
        "InvalidParameterException",
        `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${versionId(1)}`,
      ),
    );
    await expect(move("AWSCURRENT", 2, 2)).rejects.toMatchObject(refusal("InvalidParameterException"));
    await expect(move("mine", 1, 2)).rejects.toMatchObject(refusal("InvalidParameterException"));
    expect(labels()).toEqual(before);
  });

  it("refuses a version that does not exist, and a call that names none", async () => {
    const { move, labels } = await start();
    await expect(move("AWSCURRENT", 1, 3)).rejects.toMatchObject(refusal("ResourceNotFoundException"));
    await expect(move("AWSCURRENT", 3, 2)).rejects.toMatchObject(refusal("ResourceNotFoundException"));
    await expect(move("AWSCURRENT")).rejects.toMatchObject(refusal("InvalidParameterException"));
    expect(labels()).toEqual(before);
  });

  it("refuses the 21st label of a secret, on whichever version, and as well to a new version", async () => {
    const { move, put, labels } = await start();
    for (let n = 0; n < 18; n += 1) await move(`label-${n}`, undefined, 1 + (n % 2));
    await expect(move("one-more", undefined, 1)).rejects.toMatchObject(refusal("LimitExceededException"));
    await expect(move("AWSCURRENT", 1, 2)).rejects.toMatchObject(refusal("LimitExceededException"));
    await expect(put("c", { VersionStages: ["one-more"] })).rejects.toMatchObject(
      refusal("LimitExceededException"),
    );
    await move("label-0", 1, 2);
    expect(Object.keys(labels())).toHaveLength(20);
  });

  it("refuses a secret that does not exist or was marked for deletion", async () => {
    const { move, sdk, secrets } = await start();
    const elsewhere = { SecretId: "another", VersionStage: "mine", MoveToVersionId: versionId(1) };
    await expect(sdk.updateSecretVersionStage(elsewhere)).rejects.toMatchObject(
      refusal("ResourceNotFoundException"),
    );
    secrets.markForDeletion(secretArn, 0);
    await expect(move("AWSCURRENT", 1, 2)).rejects.toMatchObject(refusal("InvalidRequestException"));
  });

  it("tells of the label that moved, and of none that followed it", async () => {
    const told: unknown[] = [];
    const { move } = await start({
      tell: ({ detail }) => told.push([detail["labelUpdated"], detail["versionId"]]),
    });
    await move("AWSCURRENT", 1, 2);
    await move("AWSPENDING", 2, 1);
    expect(told).toEqual([
      ["AWSCURRENT", versionId(1)],
      ["AWSCURRENT", versionId(2)],
    ]);
  });
});

describe("ListSecretVersionIds", () => {
  const ids = (answer: ListSecretVersionIdsCommandOutput) =>
    answer.Versions?.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]);

  it("lists the versions that have a label", async () => {
    const { sdk, put } = await start({ clock: () => 1_800_000_000_000 });
    for (const n of [3, 4]) await put(`value ${n}`, { ClientRequestToken: versionId(n) });
    const answer = await sdk.listSecretVersionIds({ SecretId: secretName });

    expect(answer).toMatchObject({ ARN: secretArn, Name: secretName });
    expect(answer.NextToken).toBeUndefined();
    expect(answer.Versions?.[0]).toEqual({
      VersionId: versionId(2),
      VersionStages: ["AWSPENDING"],
      CreatedDate: new Date(1_800_000_000_000),
      KmsKeyIds: [keyArn],
    });
    expect(ids(answer)).toEqual([
      [versionId(2), ["AWSPENDING"]],
      [versionId(3), ["AWSPREVIOUS"]],
      [versionId(4), ["AWSCURRENT"]],
    ]);
  });

  it("lists those without one too when it is asked to", async () => {
    const { sdk, put } = await start();
    for (const n of [3, 4]) await put(`value ${n}`, { ClientRequestToken: versionId(n) });
    const answer = await sdk.listSecretVersionIds({ SecretId: secretName, IncludeDeprecated: true });
    expect(ids(answer)?.[0]).toEqual([versionId(1), undefined]);
    expect(answer.Versions).toHaveLength(4);
  });

  it("lists in pages", async () => {
    const { sdk, put } = await start();
    await put("c", { ClientRequestToken: versionId(3) });
    const found: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page = await sdk.listSecretVersionIds({ SecretId: secretName, MaxResults: 2, NextToken });
      expect(page.Versions?.length).toBeLessThanOrEqual(2);
      found.push(...(page.Versions ?? []).map(({ VersionId }) => VersionId));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(found).toEqual([versionId(1), versionId(2), versionId(3)]);
  });

  it("refuses a token that is none, or that is of another list", async () => {
    const { sdk } = await start();
    const list = (changes: object) => sdk.listSecretVersionIds({ SecretId: secretName, ...changes });
    const { NextToken } = await list({ MaxResults: 1 });
    expect(NextToken).toBeDefined();
    await expect(list({ NextToken: "x" })).rejects.toMatchObject(refusal("InvalidNextTokenException"));
    await expect(list({ NextToken, IncludeDeprecated: true })).rejects.toMatchObject(
      refusal("InvalidNextTokenException"),
    );
    await expect(list({ MaxResults: 101 })).rejects.toMatchObject(refusal("ValidationException"));
  });

  it("names the account's own key as the service does", async () => {
    const { sdk, secrets } = await start();
    secrets.createSecret({ name: "plain", arn: secretArn.replace(secretName, "plain") });
    await sdk.putSecretValue({ SecretId: "plain", SecretString: "a" });
    const { Versions } = await sdk.listSecretVersionIds({ SecretId: "plain" });
    expect(Versions).toMatchObject([{ KmsKeyIds: ["DefaultEncryptionKey"] }]);
  });
});
