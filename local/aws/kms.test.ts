import {
  GetKeyPolicyCommand,
  type GetKeyPolicyCommandInput,
  KMSClient,
  KMSServiceException,
  PutKeyPolicyCommand,
} from "@aws-sdk/client-kms";
import { afterEach, describe, expect, it } from "vitest";
import type { PolicyDocument } from "../graph/schema.ts";
import { authorize } from "./authorization.ts";
import { createKms } from "./kms.ts";
import { keyArn } from "./test-secrets.ts";
import { accountId, region, roleArn, startWorld } from "./test-world.ts";

/** As the deployment has it: whoever administers the account may put a policy, when their own says so. */
const administered: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: [`arn:aws:iam::${accountId}:root`] },
      Action: ["kms:GetKeyPolicy", "kms:PutKeyPolicy"],
      Resource: ["*"],
    },
  ],
};
const administrator: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["kms:*"], Resource: [keyArn] }],
};

let running: Awaited<ReturnType<typeof startWorld>>["server"] | undefined;
afterEach(() => running?.close());

async function start() {
  const policies = new Map([[keyArn, administered]]);
  const mayPutAgain: Parameters<typeof createKms>[0]["mayPutAgain"] = async (
    caller,
    resource,
    resourcePolicy,
  ) =>
    (await authorize({
      ...{ roleArn: caller.roleArn, policy: administrator, resourcePolicy },
      ...{ action: "kms:PutKeyPolicy", resource, context: {} },
    })) === "allowed";
  const world = await startWorld(
    () => [createKms({ region, accountId, keys: [keyArn], policies, mayPutAgain })],
    {
      authorize: (asked) =>
        authorize({ ...asked, policy: administrator, resourcePolicy: policies.get(asked.resource) }),
    },
  );
  running = world.server;
  const client = new KMSClient(world.client());
  const get = (input: Partial<GetKeyPolicyCommandInput>) =>
    client.send(new GetKeyPolicyCommand({ KeyId: undefined, ...input }));
  const put = (policy: unknown, more: { readonly BypassPolicyLockoutSafetyCheck?: boolean } = {}) =>
    client.send(
      new PutKeyPolicyCommand({
        KeyId: keyArn,
        Policy: typeof policy === "string" ? policy : JSON.stringify(policy),
        ...more,
      }),
    );
  return { get, put, policies };
}

/** As the SDK knows it. */
async function refused(call: Promise<unknown>, code: string, message = ""): Promise<void> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KMSServiceException);
  expect(error).toMatchObject({
    name: code,
    message: expect.stringContaining(message),
    $metadata: { httpStatusCode: 400 },
  });
}

describe("GetKeyPolicy", () => {
  it("answers the key's policy as a text, by the key's ARN and by its id", async () => {
    const { get } = await start();
    for (const KeyId of [keyArn, keyArn.split("/")[1]]) {
      const { Policy, PolicyName } = await get({ KeyId });
      expect(JSON.parse(Policy ?? "")).toEqual(administered);
      expect(PolicyName).toBe("default");
    }
  });

  it.each([
    ["a key that is not there", { KeyId: "0b1f6a2e-9999-4222-8333-444455556666" }, "NotFoundException"],
    ["an alias", { KeyId: "alias/relay" }, "NotFoundException"],
    ["an ARN of something else", { KeyId: `arn:aws:s3:::${region}` }, "InvalidArnException"],
    ["another policy", { KeyId: keyArn, PolicyName: "other" }, "NotFoundException"],
    ["a call without a key", {}, "ValidationException"],
  ])("refuses %s", async (_case, input, code) => {
    const { get } = await start();
    await refused(get(input), code);
  });
});

it("refuses both to whom the key's policy and their own do not let", async () => {
  const { get, put, policies } = await start();
  policies.set(keyArn, { ...administered, Statement: [] });
  await refused(get({ KeyId: keyArn }), "AccessDeniedException");
  await refused(put(administered), "AccessDeniedException");
});

describe("PutKeyPolicy", () => {
  const opened = (principal: string): PolicyDocument => ({
    ...administered,
    Statement: [
      ...administered.Statement,
      { Effect: "Allow", Principal: { AWS: [principal] }, Action: ["kms:GenerateDataKey"], Resource: ["*"] },
    ],
  });
  const session = (name: string) => `arn:aws:sts::${accountId}:assumed-role/warrener-rotate/${name}`;

  it("replaces the policy by which calls are decided from then on", async () => {
    const { put, policies } = await start();
    const policy = opened(session("alice"));
    await put(policy);
    expect(policies.get(keyArn)).toEqual(policy);
    const mayEncrypt = (sessionName: string) =>
      authorize({
        ...{ roleArn, sessionName, resourcePolicy: policies.get(keyArn) },
        ...{ action: "kms:GenerateDataKey", resource: keyArn, context: {} },
      });
    expect([await mayEncrypt("alice"), await mayEncrypt("bob")]).toEqual(["allowed", "denied"]);
  });

  it.each([
    ["that is no JSON", "{", "MalformedPolicyDocumentException", ""],
    [
      "with a statement about nobody",
      { ...administered, Statement: [{ Effect: "Allow", Action: "kms:*", Resource: "*" }] },
      "MalformedPolicyDocumentException",
      "no principal",
    ],
    [
      "that the caller could not change again",
      { ...administered, Statement: opened(session("alice")).Statement.slice(1) },
      "MalformedPolicyDocumentException",
      "will not allow you to update the key policy in the future",
    ],
    ["that is longer than a policy may be", " ".repeat(32_769), "LimitExceededException", "32768"],
    ["in other letters", { ...administered, Id: "ключ" }, "ValidationException", "Policy"],
  ])("refuses a policy %s, and changes nothing", async (_case, policy, code, message) => {
    const { put, policies } = await start();
    await refused(put(policy), code, message);
    expect(policies.get(keyArn)).toBe(administered);
  });

  it("takes one that the caller could not change again when told not to look at that", async () => {
    const { put, policies } = await start();
    const policy = { ...administered, Statement: opened(session("alice")).Statement.slice(1) };
    await put(policy, { BypassPolicyLockoutSafetyCheck: true });
    expect(policies.get(keyArn)).toEqual(policy);
  });
});
