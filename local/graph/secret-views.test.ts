import { describe, expect, it } from "vitest";
import { awsState } from "./mock-aws.ts";
import type { Resource } from "./schema.ts";
import { findSecretFaults } from "./secret-faults.ts";
import { viewKmsKeys, viewSecrets } from "./secret-views.ts";

const region = "eu-west-2";

/** As the evaluation records it. */
function resource(type: string, name: string, inputs: Record<string, unknown>, kept = false): Resource {
  const { id, state } = awsState({ type, name, inputs }, region);
  return {
    type,
    name,
    id,
    adopted: false,
    protect: kept,
    retainOnDelete: kept,
    ignoreChanges: [],
    waitsFor: [],
    inputs,
    state: { ...inputs, ...state },
  };
}

const key = (inputs = {}, kept = true) =>
  resource("aws:kms/key:Key", "Key", { enableKeyRotation: true, ...inputs }, kept);
const keyArn = String(key().state["arn"]);
const secret = (inputs: object = {}) =>
  resource("aws:secretsmanager/secret:Secret", "Secret", { name: "a-secret", kmsKeyId: keyArn, ...inputs });
const secretArn = String(secret().state["arn"]);
const alias = resource("aws:kms/alias:Alias", "Alias", { name: "alias/a-key", targetKeyId: keyArn });

const statement = {
  Effect: "Allow" as const,
  Principal: { AWS: "arn:aws:iam::123456789012:role/relay" },
  Action: "secretsmanager:GetSecretValue",
  Resource: "*",
};
const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
const parsed = {
  Version: "2012-10-17",
  Statement: [
    {
      ...statement,
      Principal: { AWS: [statement.Principal.AWS] },
      Action: [statement.Action],
      Resource: ["*"],
    },
  ],
};
const secretPolicy = resource("aws:secretsmanager/secretPolicy:SecretPolicy", "Policy", {
  secretArn,
  policy,
});

describe("viewSecrets", () => {
  it("tells a secret by its name and an ARN with a suffix, its key and its policy", () => {
    expect(secretArn).toMatch(/^arn:aws:secretsmanager:eu-west-2:123456789012:secret:a-secret-[0-9a-f]{6}$/);
    const expected = [{ name: "a-secret", arn: secretArn, kmsKeyArn: keyArn, policy: parsed }];
    expect(viewSecrets([key(), secret(), secretPolicy])).toEqual(expected);
    expect(viewSecrets([key(), secret({ policy })])).toEqual(expected);
  });

  it("finds the key by its ARN, its id, and an alias's name or ARN", () => {
    const names = [keyArn, key().state["keyId"], "alias/a-key", alias.state["arn"]];
    for (const kmsKeyId of names) {
      expect(viewSecrets([key(), alias, secret({ kmsKeyId })])).toMatchObject([{ kmsKeyArn: keyArn }]);
    }
  });

  it("knows a secret under the account's own key", () => {
    expect(viewSecrets([secret({ kmsKeyId: undefined })])).toEqual([
      { name: "a-secret", arn: secretArn, kmsKeyArn: undefined, policy: undefined },
    ]);
  });

  it("refuses a key that is not in the deployment, and two policies", () => {
    expect(() => viewSecrets([secret()])).toThrow("is not in the deployment");
    expect(() => viewSecrets([key(), secret({ policy }), secretPolicy])).toThrow("more than one policy");
  });
});

describe("viewKmsKeys", () => {
  it("gives a key without a policy the one that AWS gives it", () => {
    expect(viewKmsKeys([key()])).toMatchObject([
      {
        arn: keyArn,
        policy: {
          Statement: [
            { Action: ["kms:*"], Resource: ["*"], Principal: { AWS: ["arn:aws:iam::123456789012:root"] } },
          ],
        },
      },
    ]);
    expect(viewKmsKeys([key({ policy })])).toEqual([{ arn: keyArn, policy: parsed }]);
  });
});

describe("findSecretFaults", () => {
  it("finds none where each secret has a key that is rotated and kept, and no value", () => {
    expect(findSecretFaults([key(), secret(), secretPolicy])).toEqual([]);
    expect(findSecretFaults([])).toEqual([]);
  });

  it("names a secret without a key of its own, and one that is deleted at once", () => {
    expect(findSecretFaults([secret({ kmsKeyId: undefined })])).toEqual([
      "a-secret: has no key of its own, so whoever may read it needs no key",
    ]);
    expect(findSecretFaults([key(), secret({ recoveryWindowInDays: 0 })])).toEqual([
      "Secret: is deleted at once, and cannot be restored",
    ]);
  });

  it("names a value in the deployment", () => {
    const version: Resource = {
      ...secret(),
      type: "aws:secretsmanager/secretVersion:SecretVersion",
      name: "Value",
    };
    expect(findSecretFaults([key(), secret(), version])).toEqual([
      "Value: puts a value into the deployment, and so into its state",
    ]);
  });

  it("names a key that is never rotated, is disabled, may lock everybody out, or may be deleted", () => {
    const careless = { enableKeyRotation: false, isEnabled: false, bypassPolicyLockoutSafetyCheck: true };
    expect(findSecretFaults([key(careless, false)])).toEqual([
      "Key: is never rotated",
      "Key: is disabled",
      "Key: may lock everybody out",
      "Key: may be deleted with the deployment",
    ]);
  });
});
