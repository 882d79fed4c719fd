import { describe, expect, it, onTestFinished } from "vitest";
import {
  keyArn,
  type SecretsOptions,
  secretArn,
  secretName,
  startSecrets,
  versionId,
} from "../aws/test-secrets.ts";
import { secretsManagerSecret } from "./labelled-secret.ts";

const [ONE, TWO] = [versionId(1), versionId(2)];

async function world(options: SecretsOptions = {}) {
  const secrets = await startSecrets(options);
  onTestFinished(async () => {
    secrets.sdk.destroy();
    await secrets.server.close();
  });
  return { ...secrets, secret: secretsManagerSecret(secrets.sdk, secretArn) };
}

describe("secretsManagerSecret", () => {
  it("finds no labels where nothing was ever put", async () => {
    const { secret } = await world();
    expect(await secret.readLabels()).toEqual(new Map());
  });

  it("tells which version has which label, and what it holds", async () => {
    const { secret, put } = await world();
    await put("one", { ClientRequestToken: ONE, VersionStages: ["AWSCURRENT", "mine"] });
    await put("two", { ClientRequestToken: TWO, VersionStages: ["AWSPENDING"] });
    expect(await secret.readLabels()).toEqual(
      new Map([
        ["AWSCURRENT", ONE],
        ["AWSPENDING", TWO],
      ]),
    );
    expect([await secret.readVersion(ONE), await secret.readVersion(TWO)]).toEqual(["one", "two"]);
  });

  it("tells the version before the current one, which Secrets Manager labels by itself", async () => {
    const { secret, put } = await world();
    await put("one", { ClientRequestToken: ONE, VersionStages: ["AWSCURRENT"] });
    await put("two", { ClientRequestToken: TWO, VersionStages: ["AWSCURRENT"] });
    expect(await secret.readLabels()).toEqual(
      new Map([
        ["AWSCURRENT", TWO],
        ["AWSPREVIOUS", ONE],
      ]),
    );
  });

  it("takes a version that is not there for absent", async () => {
    const { secret } = await world();
    expect(await secret.readVersion(TWO)).toBe(undefined);
  });

  it("takes a binary value for an empty one, which is no certificate", async () => {
    const { secret, sdk } = await world();
    const SecretBinary = Uint8Array.from([1, 2, 3]);
    await sdk.putSecretValue({ SecretId: secretName, SecretBinary, ClientRequestToken: ONE });
    expect(await secret.readVersion(ONE)).toBe("");
  });

  it("cannot tell when it may not, or when the key is disabled", async () => {
    const denied = await world({ authorize: () => Promise.resolve("denied") });
    await expect(denied.secret.readLabels()).rejects.toThrow("not authorized");
    await expect(denied.secret.readVersion(ONE)).rejects.toThrow("not authorized");

    const disabled = await world();
    await disabled.put("one", { ClientRequestToken: ONE });
    disabled.secrets.disableKey(keyArn);
    await expect(disabled.secret.readVersion(ONE)).rejects.toThrow();
  });

  it("asks for one version's value with its id, and for nothing else", async () => {
    const { secret, put, kernel, sightings } = await world();
    await put("one", { ClientRequestToken: ONE });
    await secret.readLabels();
    await secret.readVersion(ONE);
    expect(kernel.calls().map(({ operation }) => operation)).toEqual([
      "secretsmanager:PutSecretValue",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
    ]);
    const asked = sightings.find(({ what }) => what === "secretsmanager:GetSecretValue");
    expect(JSON.parse(Buffer.from(asked?.bytes ?? []).toString())).toEqual({
      ...{ SecretId: secretArn, VersionId: ONE },
    });
  });
});
