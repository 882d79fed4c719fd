/** What the deployment promises of the trail that it makes, and of the bucket that the trail is kept in. */
import { describe, expect, it } from "vitest";
import { authorize } from "../../aws/authorization.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import { lintPolicy } from "../policy-lint.ts";
import { type Graph, PolicyDocument } from "../schema.ts";

const CLOUDTRAIL = "cloudtrail.amazonaws.com";

export function promiseTrail(graph: () => Graph): void {
  const ofType = (type: string) => graph().resources.filter((resource) => resource.type === type);
  const stateOf = (type: string) => {
    const [one, ...more] = ofType(type);
    if (one === undefined || more.length > 0) throw new Error(`the deployment has not exactly one ${type}`);
    return one.state;
  };
  const bucket = "warrener-test-trail-123456789012";
  const bucketArn = `arn:aws:s3:::${bucket}`;

  describe("the trail", () => {
    it("records each call that changes something, and of no other region than the link's", () => {
      expect(graph().trails).toEqual([
        {
          name: "warrener-test-trail",
          arn: `arn:aws:cloudtrail:${graph().region}:${ACCOUNT_ID}:trail/warrener-test-trail`,
          bucket,
        },
      ]);
      expect(stateOf("aws:cloudtrail/trail:Trail")).toMatchObject({
        eventSelectors: [{ readWriteType: "WriteOnly", includeManagementEvents: true }],
        isMultiRegionTrail: false,
        includeGlobalServiceEvents: false,
        enableLogFileValidation: true,
      });
    });

    it("is kept encrypted, for a time that is set, where nobody in public can look", () => {
      expect(stateOf("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")).toMatchObject({
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      expect(stateOf("aws:s3/bucketOwnershipControls:BucketOwnershipControls")).toMatchObject({
        bucket,
        rule: { objectOwnership: "BucketOwnerEnforced" },
      });
      const encryption =
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
      expect(stateOf(encryption)).toMatchObject({
        bucket,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      });
      expect(stateOf("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")).toMatchObject({
        bucket,
        rules: [{ status: "Enabled", expiration: { days: 365 } }],
      });
    });

    it("outlives the deployment, as far as it was recorded", () => {
      const kept = graph().resources.filter(({ type }) => type.startsWith("aws:s3/bucket"));
      const ours = kept.filter(({ inputs }) => inputs["bucket"] === bucket);
      expect(ours).toHaveLength(6);
      for (const { name, retainOnDelete } of ours) expect([name, retainOnDelete]).toEqual([name, true]);
    });

    it("is written by CloudTrail for this one trail, and by nobody else, and never in the clear", async () => {
      const policy = PolicyDocument.parse(
        JSON.parse(String(stateOf("aws:s3/bucketPolicy:BucketPolicy")["policy"])),
      );
      const ours = `arn:aws:cloudtrail:${graph().region}:${ACCOUNT_ID}:trail/warrener-test-trail`;
      const acl = { "s3:x-amz-acl": "bucket-owner-full-control" };
      const may = (action: string, resource: string, trail: string, roleArn = CLOUDTRAIL) =>
        authorize({
          roleArn,
          resourcePolicy: policy,
          action,
          resource,
          context: { "aws:SourceArn": trail, ...(action === "s3:PutObject" ? acl : {}) },
        });
      const file = `${bucketArn}/AWSLogs/${ACCOUNT_ID}/CloudTrail/eu-west-2/2026/11/21/a.json.gz`;
      expect(await may("s3:GetBucketAcl", bucketArn, ours)).toBe("allowed");
      expect(await may("s3:PutObject", file, ours)).toBe("allowed");
      expect(await may("s3:PutObject", file, `${ours}-other`)).toBe("denied");
      expect(await may("s3:PutObject", `${bucketArn}/other`, ours)).toBe("denied");
      expect(await may("s3:DeleteObject", file, ours)).toBe("denied");
      expect(await may("s3:PutObject", file, ours, "logs.amazonaws.com")).toBe("denied");
      expect(await lintPolicy(policy)).toEqual([]);
      expect(policy.Statement).toContainEqual(
        expect.objectContaining({
          Effect: "Deny",
          Principal: "*",
          Action: ["s3:*"],
          Resource: [bucketArn, `${bucketArn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      );
    });
  });
}
