import { describe, expect, it } from "vitest";
import { parseLink } from "../../shared/link/load.ts";
import { keyArn } from "../aws/test-secrets.ts";
import { accountId, region } from "../aws/test-world.ts";
import { linkWith } from "../testing/links.ts";
import { readableSecrets, workloadSecrets } from "./workload-secrets.ts";

const READERS = [`arn:aws:iam::${accountId}:role/relay`];
const linked = (changes: Readonly<Record<string, unknown>>) =>
  parseLink(linkWith({ "relay.certificate": { readers: READERS }, ...changes }));
const KEYED = {
  "bunnies[0].apiKeys": [
    { name: "poll-key", scopes: ["poll"] },
    { name: "result-key", scopes: ["results"] },
  ],
};

const arnOf = (name: string) => `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-AbCdEf`;
const deployed = (...things: readonly string[]) => ({
  app: "warrener",
  stage: "test",
  secrets: things
    .map((thing) => `warrener-test-${thing}`)
    .map((name) => ({ name, arn: arnOf(name), kmsKeyArn: keyArn })),
});

describe("workloadSecrets", () => {
  it("finds none where the link has neither keys nor trust", () => {
    const found = workloadSecrets(deployed("relay-certificate"), linked({}));
    expect(found).toEqual({ apiKeys: [], trustBundle: undefined });
    expect(readableSecrets(found)).toEqual([]);
  });

  it("finds the secret of each key and of the bundle, with the key that it is under", () => {
    const graph = deployed("bunny-poll-key", "bunny-result-key", "trust-bundle");
    const found = workloadSecrets(graph, linked({ ...KEYED, trust: {} }));
    const trustBundle = { arn: arnOf("warrener-test-trust-bundle"), kmsKeyArn: keyArn };
    const apiKeys = ["poll-key", "result-key"].map((name) => ({
      ...{ name, arn: arnOf(`warrener-test-bunny-${name}`), kmsKeyArn: keyArn },
    }));
    expect(found).toEqual({ apiKeys, trustBundle });
    expect(readableSecrets(found)).toEqual([...apiKeys, trustBundle]);
  });

  it("does not go on without one of them, or with one that is under no key of its own", () => {
    expect(() => workloadSecrets(deployed("bunny-poll-key"), linked(KEYED))).toThrow(
      "the deployment has no secret warrener-test-bunny-result-key",
    );
    expect(() => workloadSecrets(deployed(), linked({ trust: {} }))).toThrow(
      "the deployment has no secret warrener-test-trust-bundle",
    );
    const { secrets, ...rest } = deployed("trust-bundle");
    const plain = secrets.map(({ name, arn }) => ({ name, arn, kmsKeyArn: undefined }));
    expect(() => workloadSecrets({ ...rest, secrets: plain }, linked({ trust: {} }))).toThrow(
      "warrener-test-trust-bundle is under no key of its own",
    );
  });
});
