/// <reference path="../.sst/platform/config.d.ts" />
/**
 * CloudTrail's record of who changes what in the account, where it has none yet: without a trail of management events
 * EventBridge hears of no call (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event.html).
 */
import type { LinkAllowlists } from "../shared/allowlists/declared.ts";
import { stageName } from "./names.ts";

const THING = "trail";
const KEPT_DAYS = 365;
/** Who has called what must outlive the deployment that its callers may have removed. */
const kept = { retainOnDelete: true };

/** Nothing where the account has one, or where no group is AWS's. */
export function createTrail({ trail, groups }: LinkAllowlists): void {
  if (trail === "adopt" || groups.every(({ cloud }) => cloud !== "aws")) return;
  const bucket = createBucket();
  const policy = createBucketPolicy(bucket);
  new aws.cloudtrail.Trail(
    "Trail",
    {
      name: stageName(THING),
      s3BucketName: bucket.bucket,
      // Nobody can change what was recorded, and leave no trace of that.
      enableLogFileValidation: true,
      includeGlobalServiceEvents: false,
      isMultiRegionTrail: false,
      // What only reads changes no rule.
      eventSelectors: [{ readWriteType: "WriteOnly", includeManagementEvents: true }],
    },
    { dependsOn: [policy] },
  );
}

type Bucket = aws.s3.Bucket;

function createBucket(): Bucket {
  const { accountId } = aws.getCallerIdentityOutput();
  const bucket = new aws.s3.Bucket(
    "TrailBucket",
    // The name is the whole world's, and in small letters.
    { bucket: $interpolate`${stageName(THING).toLowerCase()}-${accountId}` },
    kept,
  );
  new aws.s3.BucketPublicAccessBlock(
    "TrailBucketAccess",
    {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    kept,
  );
  new aws.s3.BucketOwnershipControls(
    "TrailBucketOwner",
    { bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
    kept,
  );
  new aws.s3.BucketServerSideEncryptionConfiguration(
    "TrailBucketEncryption",
    { bucket: bucket.bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    kept,
  );
  new aws.s3.BucketLifecycleConfiguration(
    "TrailBucketLifecycle",
    {
      bucket: bucket.bucket,
      rules: [
        {
          id: "expire",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days: KEPT_DAYS },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    kept,
  );
  return bucket;
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html */
function createBucketPolicy({ bucket, arn }: Bucket) {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const trailArn = $interpolate`arn:aws:cloudtrail:${region}:${accountId}:trail/${stageName(THING)}`;
  const cloudTrail = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };
  return new aws.s3.BucketPolicy(
    "TrailBucketPolicy",
    {
      bucket,
      policy: $jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: [arn, $interpolate`${arn}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
          {
            ...cloudTrail,
            Action: "s3:GetBucketAcl",
            Resource: arn,
            Condition: { StringEquals: { "aws:SourceArn": trailArn } },
          },
          {
            ...cloudTrail,
            Action: "s3:PutObject",
            Resource: $interpolate`${arn}/AWSLogs/${accountId}/*`,
            Condition: {
              StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": trailArn },
            },
          },
        ],
      }),
    },
    kept,
  );
}
