/** As much of an evaluated deployment as relay's side of the stack looks at. */
import { keyArn, secretArn, secretName } from "../aws/test-secrets.ts";
import { accountId, region } from "../aws/test-world.ts";
import type { PolicyDocument } from "../graph/schema.ts";

export const LOG_GROUP = {
  name: "/example/relay",
  arn: `arn:aws:logs:${region}:${accountId}:log-group:/example/relay`,
  retentionDays: 30,
};
export const CA_ARN = `arn:aws:acm-pca:${region}:${accountId}:certificate-authority/0b1f6a2e-1111-4222-8333-444455556666`;

/** Leaves the key to IAM, as a key's policy does that says nothing else. */
export const KEY_POLICY: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: [`arn:aws:iam::${accountId}:root`] },
      Action: ["kms:*"],
      Resource: ["*"],
    },
  ],
};

export function deployed(which: "with-secret" | "without-secret") {
  const name = "warrener-test-renew-relay-certificate";
  const secret = { name: secretName, arn: secretArn, kmsKeyArn: keyArn };
  return {
    app: "warrener",
    stage: "test",
    region,
    accountId,
    secrets: which === "with-secret" ? [secret] : [],
    functions: [{ role: { name, arn: `arn:aws:iam::${accountId}:role/${name}` } }],
    logGroups: [LOG_GROUP],
    certificateAuthority: { arn: CA_ARN },
    tables: [],
  };
}
