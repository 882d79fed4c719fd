/** What the half in AWS promises, read from the evaluated deployment. */
import { describe, expect, it } from "vitest";
import { authorize } from "../../aws/authorization.ts";
import { type Graph, type LambdaFunction, PolicyDocument, type Resource } from "../schema.ts";
import { findRefusedStarters } from "../starters.ts";

/** These look at everything again so soon that a failed event is worth nothing; all but the last within the minute. */
const SWEPT = new Map([
  ["PublishTrust", { maximumRetryAttempts: 0, onFailureArn: undefined }],
  ["RotateApiKeys", { maximumRetryAttempts: 0, onFailureArn: undefined }],
  ["RotatePreSharedKeys", { maximumRetryAttempts: 0, onFailureArn: undefined }],
  ["TellIncidents", { maximumRetryAttempts: 0, onFailureArn: undefined }],
  ["WatchTunnels", { maximumRetryAttempts: 0, onFailureArn: undefined }],
  ["HealAllowlists", { maximumRetryAttempts: 2, onFailureArn: undefined }],
]);

/** `authorities`: what the renewals read of further CAs, where the link has some. */
export function promiseAws(graph: () => Graph, authorities: readonly string[] = []): void {
  const ofType = (type: string): Resource[] => {
    const found = graph().resources.filter((resource) => resource.type === type);
    if (found.length === 0) throw new Error(`the deployment has no ${type}`);
    return found;
  };
  const renew = (): LambdaFunction => {
    const found = graph().functions.find(({ logicalName }) => logicalName === "RenewCertificates");
    if (found === undefined) throw new Error("the deployment has no RenewCertificates");
    return found;
  };

  describe("what starts a function", () => {
    const mayDo = (role: { arn: string; policy: PolicyDocument }, action: string, resource: string) =>
      authorize({ roleArn: role.arn, policy: role.policy, action, resource, context: {} });

    it("starts every function", () => {
      const started = new Set([
        ...graph().schedules.map(({ targetFunction }) => targetFunction),
        ...graph().eventRules.flatMap(({ targets }) => targets.map(({ targetFunction }) => targetFunction)),
      ]);
      expect(graph().functions.map(({ logicalName }) => logicalName)).toEqual([...started].toSorted());
    });

    it("tries again, and puts what it cannot deliver into a dead-letter queue that it may write to", async () => {
      const queues = graph().queues.map(({ arn }) => arn);
      for (const { role, targetArn, deadLetterArn, maximumRetryAttempts, enabled } of graph().schedules) {
        expect(enabled).toBe(true);
        expect(maximumRetryAttempts).toBeGreaterThan(0);
        expect(queues).toContain(deadLetterArn);
        expect(await mayDo(role, "sqs:SendMessage", deadLetterArn)).toBe("allowed");
        expect(await mayDo(role, "lambda:InvokeFunction", targetArn)).toBe("allowed");
      }
      expect(findRefusedStarters(graph().resources, graph().functions)).toEqual([]);
    });

    it("is left where it fails to the last attempt, unless a sweep makes up for it soon", async () => {
      const [queue] = graph().queues.map(({ arn }) => arn);
      for (const { logicalName, role, asyncInvoke } of graph().functions) {
        const sweeps = SWEPT.get(logicalName);
        const expected = sweeps ?? { maximumRetryAttempts: 2, onFailureArn: queue };
        expect({ logicalName, ...asyncInvoke }).toMatchObject({ logicalName, ...expected });
        const mayWrite = await mayDo(role, "sqs:SendMessage", queue ?? "");
        expect([logicalName, mayWrite]).toEqual([logicalName, sweeps === undefined ? "allowed" : "denied"]);
      }
    });

    it("keeps dead letters encrypted, for 14 days, and takes none in the clear", () => {
      for (const { state } of ofType("aws:sqs/queue:Queue")) {
        expect(state).toMatchObject({ sqsManagedSseEnabled: true, messageRetentionSeconds: 14 * 86_400 });
      }
      for (const { state } of ofType("aws:sqs/queuePolicy:QueuePolicy")) {
        const { Statement } = PolicyDocument.parse(JSON.parse(String(state["policy"])));
        expect(Statement).toContainEqual(
          expect.objectContaining({
            Effect: "Deny",
            Principal: "*",
            Action: ["sqs:*"],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
        );
      }
    });
  });

  describe("what cannot be made again", () => {
    it.each(["aws:acmpca/certificateAuthority:CertificateAuthority", "aws:dynamodb/table:Table"])(
      "is protected from removal and kept in any case: %s",
      (type) => {
        for (const resource of ofType(type))
          expect(resource).toMatchObject({ protect: true, retainOnDelete: true });
      },
    );

    it("can be restored: the journal, at any point in time", () => {
      for (const { state } of ofType("aws:dynamodb/table:Table")) {
        expect(state).toMatchObject({
          pointInTimeRecovery: { enabled: true },
          deletionProtectionEnabled: true,
        });
      }
      for (const { state } of ofType("azure-native:keyvault:Vault")) {
        const properties = {
          enableSoftDelete: true,
          softDeleteRetentionInDays: 90,
          enablePurgeProtection: true,
        };
        expect(state).toMatchObject({ properties });
      }
    });
  });

  describe("the certificate authority", () => {
    it("is a root that signs for days, with a P-256 key", () => {
      expect(graph().certificateAuthority.inputs).toMatchObject({
        type: "ROOT",
        usageMode: "SHORT_LIVED_CERTIFICATE",
        certificateAuthorityConfiguration: {
          keyAlgorithm: "EC_prime256v1",
          signingAlgorithm: "SHA256WITHECDSA",
        },
      });
    });
  });

  describe("logs", () => {
    it("are kept for a time that is set, and each function's log is created with it", () => {
      for (const { retentionDays } of graph().logGroups) expect(retentionDays).toBeGreaterThan(0);
      const groups = graph().logGroups.map(({ name }) => name);
      for (const { logGroup, logFormat, name } of graph().functions) {
        expect(logGroup).toBe(`/aws/lambda/${name}`);
        expect(groups).toContain(logGroup);
        expect(logFormat).toBe("JSON");
      }
    });
  });

  describe("the environment of a renewal", () => {
    it("is exactly what it reads", () => {
      const { environment } = renew();
      const always = ["BUS_NAME", "CA_ARN", "HAND_URL", "JOURNAL_TABLE", "RELAY_LOG_GROUP", "TOKEN_AUDIENCE"];
      expect(Object.keys(environment).sort()).toEqual([...always, ...authorities].toSorted());
      expect(environment["HAND_URL"]).toBe(`https://${graph().functionApp.hostName}/api`);
      expect(environment["TOKEN_AUDIENCE"]).toBe("api://warrener-test");
    });
  });
}
