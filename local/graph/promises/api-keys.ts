/** What the deployment promises of bunny's API keys: who can come near one, and who cannot. */
import { describe, expect, it } from "vitest";
import { authorizeBy } from "../../aws/authorization.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import { lintPolicy } from "../policy-lint.ts";
import type { Graph } from "../schema.ts";

const READER = `arn:aws:iam::${ACCOUNT_ID}:role/relay`;
const STRANGER = `arn:aws:iam::${ACCOUNT_ID}:role/stranger`;
const NAMES = ["one-poll", "one-result", "two-key"];

export function promiseApiKeys(graph: () => Graph): void {
  const rotate = () => {
    const found = graph().functions.find(({ logicalName }) => logicalName === "RotateApiKeys");
    if (found === undefined) throw new Error("the deployment has no RotateApiKeys");
    return found;
  };
  const ofType = (type: string) => graph().resources.filter((resource) => resource.type === type);
  const secrets = () => graph().secrets.filter(({ name }) => /-(?:one|two)-[a-z]+-[a-z]+$/.test(name));
  const keyOf = (arn: string | undefined) => {
    const key = graph().kmsKeys.find((one) => one.arn === arn);
    if (key === undefined) throw new Error("a secret has no key");
    return key;
  };
  /** With every policy of the deployment, and an administrator who may do all that IAM can give. */
  const ask = (roleArn: string) => {
    const { functions, secrets, kmsKeys } = graph();
    const everything = { Effect: "Allow" as const, Action: ["*"], Resource: ["*"] };
    const roles = new Map(functions.map(({ role }) => [role.arn, role.policy]));
    roles.set(STRANGER, { Version: "2012-10-17", Statement: [everything] });
    const resources = new Map([
      ...secrets.flatMap(({ arn, policy }) => (policy === undefined ? [] : [[arn, policy] as const])),
      ...kmsKeys.map(({ arn, policy }) => [arn, policy] as const),
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

  describe("API keys", () => {
    it("each have a secret of a fixed name, without a value, which can be restored for 30 days", () => {
      const secrets = ofType("aws:secretsmanager/secret:Secret").filter(({ name }) =>
        name.startsWith("ApiKey-"),
      );
      expect(secrets.map(({ state }) => state["name"])).toEqual([
        "warrener-test-one-one-poll",
        "warrener-test-one-one-result",
        "warrener-test-two-two-key",
      ]);
      for (const secret of secrets)
        expect(secret).toMatchObject({
          protect: true,
          retainOnDelete: true,
          state: { recoveryWindowInDays: 30 },
        });
      expect(ofType("aws:secretsmanager/secretVersion:SecretVersion")).toEqual([]);
      for (const policy of ofType("aws:secretsmanager/secretPolicy:SecretPolicy"))
        expect(policy).toMatchObject({ state: { blockPublicPolicy: true } });
    });

    it("are rotated by a function of its own each minute, which is told their ARNs and what else it reads", () => {
      const { environment, timeoutSeconds } = rotate();
      expect(Object.keys(environment).sort()).toEqual([
        "API_KEYS",
        "BUS_NAME",
        "HAND_URL",
        "JOURNAL_TABLE",
        "RELAY_LOG_GROUP",
        "TOKEN_AUDIENCE",
      ]);
      const arns = secrets().map(({ arn }, index) => [NAMES[index], arn]);
      expect(JSON.parse(environment["API_KEYS"] ?? "")).toEqual(Object.fromEntries(arns));
      expect(timeoutSeconds).toBe(120);
      const schedules = graph().schedules.filter(
        ({ targetFunction }) => targetFunction === rotate().logicalName,
      );
      expect(schedules).toMatchObject([{ expression: "rate(1 minute)" }]);
    });

    it("can be made, labelled and read by that function alone, and deleted or given away by none", async () => {
      const verbs = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"];
      const never = ["DeleteSecret", "PutResourcePolicy", "UpdateSecret", "RotateSecret"];
      for (const { arn } of secrets())
        for (const { role } of graph().functions) {
          const may = ask(role.arn);
          const expected = role.arn === rotate().role.arn ? "allowed" : "denied";
          for (const verb of verbs)
            expect([role.name, verb, await may(`secretsmanager:${verb}`, arn)]).toEqual([
              role.name,
              verb,
              expected,
            ]);
          for (const verb of never) expect(await may(`secretsmanager:${verb}`, arn)).toBe("denied");
          expect(await may("secretsmanager:GetSecretValue", `${arn}x`)).toBe("denied");
        }
    });

    it("are read by relay's roles, which can change nothing of them, and by no administrator", async () => {
      for (const { arn, kmsKeyArn } of secrets()) {
        const may = ask(READER);
        const key = keyOf(kmsKeyArn);
        expect(await may("secretsmanager:GetSecretValue", arn)).toBe("allowed");
        expect(await may("secretsmanager:DescribeSecret", arn)).toBe("allowed");
        expect(await may("kms:Decrypt", key.arn, through("secretsmanager", arn))).toBe("allowed");
        expect(await may("kms:GenerateDataKey", key.arn, through("secretsmanager", arn))).toBe("denied");
        for (const verb of ["PutSecretValue", "UpdateSecretVersionStage", "DeleteSecret"])
          expect(await may(`secretsmanager:${verb}`, arn)).toBe("denied");
        expect(await ask(STRANGER)("kms:Decrypt", key.arn, through("secretsmanager", arn))).toBe("denied");
      }
    });

    it("have a key that is used through Secrets Manager and for these secrets only", async () => {
      for (const { arn, kmsKeyArn } of secrets()) {
        const key = keyOf(kmsKeyArn);
        for (const action of ["kms:Decrypt", "kms:GenerateDataKey"]) {
          const may = ask(rotate().role.arn);
          expect(await may(action, key.arn, through("secretsmanager", arn))).toBe("allowed");
          expect(await may(action, key.arn, through("ssm", arn))).toBe("denied");
          expect(await may(action, key.arn, through("secretsmanager", `${arn}x`))).toBe("denied");
          expect(await may(action, key.arn)).toBe("denied");
        }
      }
    });

    it("are rotated by a role that reads relay's log, keeps what stands of this link, and does nothing else", async () => {
      const { role } = rotate();
      expect(await lintPolicy(role.policy)).toEqual([]);
      const actions = role.policy.Statement.flatMap(({ Action }) => Action).toSorted();
      expect([...new Set(actions)]).toEqual([
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "events:PutEvents",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "logs:CreateLogStream",
        "logs:FilterLogEvents",
        "logs:PutLogEvents",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
        "sts:GetWebIdentityToken",
      ]);
    });

    it("are set in the vaults by that role alone, as the hand knows it", () => {
      expect(graph().functionApp.settings["ROLE_ROTATE_API_KEYS"]).toBe(rotate().role.arn);
    });
  });
}
