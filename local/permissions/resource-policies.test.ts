import { describe, expect, it } from "vitest";
import { ACCOUNT_ID } from "../graph/identifiers.ts";
import { PolicyDocument } from "../graph/schema.ts";
import { resourcePolicyFaults } from "./resource-policies.ts";

const KEY = `arn:aws:kms:eu-west-2:${ACCOUNT_ID}:key/0b1f6a2e-1111-4222-8333-444455556666`;
const QUEUE = `arn:aws:sqs:eu-west-2:${ACCOUNT_ID}:letters`;
const ROOT = { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` };

const policy = (...statements: object[]) =>
  PolicyDocument.parse({
    Version: "2012-10-17",
    Statement: statements.map((one) => ({ Effect: "Allow", Resource: "*", ...one })),
  });

const nothing = {
  ...{ accountId: ACCOUNT_ID, resources: [], secrets: [], kmsKeys: [], queues: [], topics: [] },
  functionPolicies: [],
};
const ofKey = (...statements: object[]) =>
  resourcePolicyFaults({ ...nothing, kmsKeys: [{ arn: KEY, policy: policy(...statements) }] });

function ofQueue(statement: object) {
  const queue = { name: "letters", arn: QUEUE, url: "u", retentionSeconds: 60 };
  const owned = policy({ Resource: QUEUE, Action: "sqs:SendMessage", ...statement });
  return resourcePolicyFaults({ ...nothing, queues: [{ ...queue, policy: owned }] });
}

describe("resourcePolicyFaults", () => {
  it("accepts administration by the account, and the use of a key by one role of it", async () => {
    const Condition = { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT_ID}:role/one` } };
    const administers = { Principal: ROOT, Action: ["kms:DescribeKey", "kms:PutKeyPolicy"] };
    expect(await ofKey(administers, { Principal: ROOT, Action: "kms:Decrypt", Condition })).toEqual([]);
  });

  it("finds a key that whoever administers the account may use", async () => {
    expect(await ofKey({ Principal: ROOT, Action: ["kms:DescribeKey", "kms:Decrypt"] })).toEqual([
      `${KEY}: kms:Decrypt: is given to whoever the account's administrators like`,
    ]);
  });

  it("finds what is given to everybody, and to every role of an account", async () => {
    const Action = "kms:DescribeKey";
    expect(await ofKey({ Principal: "*", Action })).toEqual([`${KEY}: ${Action}: is given to everybody`]);
    const roles = `arn:aws:iam::${ACCOUNT_ID}:role/*`;
    expect(await ofKey({ Principal: { AWS: roles }, Action })).toEqual([
      `${KEY}: ${Action}: is given to ${roles}`,
    ]);
  });

  it("finds a service that is let in whoever it acts for", async () => {
    const Principal = { Service: "events.amazonaws.com" };
    expect(await ofQueue({ Principal })).toEqual([
      `${QUEUE}: sqs:SendMessage: is given to a service, whoever it acts for`,
    ]);
    const Condition = { ArnEquals: { "aws:SourceArn": "arn:aws:events:eu-west-2:1:rule/one" } };
    expect(await ofQueue({ Principal, Condition })).toEqual([]);
  });

  it("lets pass whatever is denied", async () => {
    expect(await ofQueue({ Effect: "Deny", Principal: "*", Action: "sqs:*" })).toEqual([]);
  });

  it("finds an action that the thing does not have", async () => {
    expect(await ofKey({ Principal: ROOT, Action: "kms:DescribeKeys" })).toEqual([
      `${KEY}: kms:DescribeKeys: there is no such action`,
    ]);
  });

  it("names a kind of resource that gives rights and that nothing looks at", async () => {
    const resource = {
      ...{ type: "aws:kms/grant:Grant", name: "Loan", id: "g", inputs: {}, state: {} },
      ...{ adopted: false, protect: false, retainOnDelete: false, ignoreChanges: [], waitsFor: [] },
    };
    expect(await resourcePolicyFaults({ ...nothing, resources: [resource] })).toEqual([
      "aws:kms/grant:Grant: gives somebody rights, and nothing here looks at it",
    ]);
  });
});
