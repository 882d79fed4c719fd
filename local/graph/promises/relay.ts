/** What the deployment promises of relay's certificate: who can come near its private key, and who cannot. */
import { describe, expect, it } from "vitest";
import { authorizeBy } from "../../aws/authorization.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import { lintPolicy } from "../policy-lint.ts";
import type { Graph } from "../schema.ts";

const READER = `arn:aws:iam::${ACCOUNT_ID}:role/relay`;
const STRANGER = `arn:aws:iam::${ACCOUNT_ID}:role/stranger`;

export function promiseRelay(graph: () => Graph): void {
  const find = <T>(what: string, found: T | undefined): T => {
    if (found === undefined) throw new Error(`the deployment has no ${what}`);
    return found;
  };
  const renew = () =>
    find(
      "RenewRelayCertificate",
      graph().functions.find(({ logicalName }) => logicalName === "RenewRelayCertificate"),
    );
  const parts = () => {
    const { secrets, kmsKeys } = graph();
    const [secret, ...more] = secrets;
    expect(more).toEqual([]);
    const { arn, name, kmsKeyArn, policy } = find("secret", secret);
    const key = find(
      "key of the secret",
      kmsKeys.find((one) => one.arn === kmsKeyArn),
    );
    return { secretArn: arn, secretName: name, key, secretPolicy: find("policy on the secret", policy) };
  };
  /** With every policy of the deployment, and an administrator who may do all that IAM can give. */
  const ask = (roleArn: string) => {
    const { secretArn, secretPolicy, key } = parts();
    const everything = { Effect: "Allow" as const, Action: ["*"], Resource: ["*"] };
    const roles = new Map(graph().functions.map(({ role }) => [role.arn, role.policy]));
    roles.set(STRANGER, { Version: "2012-10-17", Statement: [everything] });
    const resources = new Map([
      [secretArn, secretPolicy],
      [key.arn, key.policy],
    ]);
    const decide = authorizeBy({ roles, resources });
    return (action: string, resource: string, context: Record<string, string | string[]> = {}) =>
      decide({ roleArn, action, resource, context });
  };
  const through = (service: string, secretArn: string) => ({
    "kms:ViaService": `${service}.${graph().region}.amazonaws.com`,
    "kms:EncryptionContextKeys": ["SecretARN", "SecretVersionId"],
    "kms:EncryptionContext:SecretARN": secretArn,
    "kms:EncryptionContext:SecretVersionId": "1",
  });

  describe("relay's certificate", () => {
    it("has a secret of a fixed name, which can be restored for 30 days, and a policy that opens it to nobody else", () => {
      const { secretName } = parts();
      expect(secretName).toBe("warrener-test-relay-certificate");
      const ofType = (type: string) => graph().resources.filter((resource) => resource.type === type);
      expect(ofType("aws:secretsmanager/secret:Secret")).toMatchObject([
        { protect: true, retainOnDelete: true, state: { recoveryWindowInDays: 30 } },
      ]);
      expect(ofType("aws:secretsmanager/secretPolicy:SecretPolicy")).toMatchObject([
        { state: { blockPublicPolicy: true } },
      ]);
    });

    it("is renewed by a function of its own, whose environment is exactly what it reads", () => {
      const { environment } = renew();
      expect(Object.keys(environment).sort()).toEqual([
        "BUS_NAME",
        "CA_ARN",
        "JOURNAL_TABLE",
        "PINNED_CA",
        "RELAY_LOG_GROUP",
        "SECRET_ARN",
      ]);
      expect(environment["SECRET_ARN"]).toBe(parts().secretArn);
    });

    it("can be made, labelled and read by that function alone, and deleted or given away by none", async () => {
      const { secretArn } = parts();
      const verbs = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"];
      const never = ["DeleteSecret", "PutResourcePolicy", "UpdateSecret", "RotateSecret"];
      for (const { role } of graph().functions) {
        const may = ask(role.arn);
        const expected = role.arn === renew().role.arn ? "allowed" : "denied";
        for (const verb of verbs)
          expect([role.name, verb, await may(`secretsmanager:${verb}`, secretArn)]).toEqual([
            role.name,
            verb,
            expected,
          ]);
        for (const verb of never) expect(await may(`secretsmanager:${verb}`, secretArn)).toBe("denied");
      }
      expect(await ask(renew().role.arn)("secretsmanager:GetSecretValue", `${secretArn}x`)).toBe("denied");
    });

    it("is read by relay's roles, which can change nothing of it", async () => {
      const { secretArn, key } = parts();
      const may = ask(READER);
      const inSecret = through("secretsmanager", secretArn);
      expect(await may("secretsmanager:GetSecretValue", secretArn)).toBe("allowed");
      expect(await may("secretsmanager:DescribeSecret", secretArn)).toBe("allowed");
      expect(await may("kms:Decrypt", key.arn, inSecret)).toBe("allowed");
      expect(await may("kms:GenerateDataKey", key.arn, inSecret)).toBe("denied");
      for (const verb of ["PutSecretValue", "UpdateSecretVersionStage", "DeleteSecret"])
        expect(await may(`secretsmanager:${verb}`, secretArn)).toBe("denied");
    });

    it("has a key that is used through Secrets Manager and for this secret only", async () => {
      const { secretArn, key } = parts();
      for (const action of ["kms:Decrypt", "kms:GenerateDataKey"]) {
        const may = ask(renew().role.arn);
        expect(await may(action, key.arn, through("secretsmanager", secretArn))).toBe("allowed");
        expect(await may(action, key.arn, through("ssm", secretArn))).toBe("denied");
        expect(await may(action, key.arn, through("secretsmanager", `${secretArn}x`))).toBe("denied");
        expect(await may(action, key.arn)).toBe("denied");
      }
      expect(await ask(READER)("kms:Decrypt", key.arn, through("ssm", secretArn))).toBe("denied");
    });

    it("has a key that no administrator of the account can read with, though one can keep it", async () => {
      const { secretArn, key } = parts();
      const may = ask(STRANGER);
      for (const action of ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"])
        expect(
          await may(
            action,
            key.arn,
            action === "kms:CreateGrant" ? {} : through("secretsmanager", secretArn),
          ),
        ).toBe("denied");
      expect(await may("kms:ScheduleKeyDeletion", key.arn)).toBe("allowed");
    });

    it("is signed with the server's template, and its function can have no other signed", async () => {
      const may = ask(renew().role.arn);
      const ca = graph().certificateAuthority.arn;
      const sign = (name: string) =>
        may("acm-pca:IssueCertificate", ca, {
          "acm-pca:TemplateArn": `arn:aws:acm-pca:::template/${name}/V1`,
        });
      expect(await sign("EndEntityServerAuthCertificate")).toBe("allowed");
      for (const name of [
        "EndEntityClientAuthCertificate",
        "EndEntityCertificate",
        "SubordinateCACertificate_PathLen0",
      ])
        expect([name, await sign(name)]).toEqual([name, "denied"]);
      expect(await may("acm-pca:IssueCertificate", ca)).toBe("denied");
      expect(await may("sts:GetWebIdentityToken", "*")).toBe("denied");
    });

    it("has no permission that is broader than it has to be, or that can never match", async () => {
      expect(await lintPolicy(renew().role.policy)).toEqual([]);
    });
  });
}
