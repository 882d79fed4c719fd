/**
 * AWS KMS: the policies of the deployment's keys, read and put. Keys come with the deployment, and whoever uses one does
 * so through another service, which asks the same policies. Refusals are those of the service's model.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 */
import * as z from "zod";
import { PolicyDocument } from "../graph/schema.ts";
import { type OperationTable, Refusal } from "../stand-in/operations.ts";
import type { Identity } from "./identities.ts";
import { parseInput } from "./input.ts";
import { jsonCommonErrors, jsonWire } from "./json-wire.ts";
import { type AwsService, type Prepare, Unsupported } from "./service.ts";

const common = [
  ...jsonCommonErrors,
  "DependencyTimeoutException",
  "InvalidArnException",
  "KMSInternalException",
  "KMSInvalidStateException",
  "NotFoundException",
  "ValidationException",
];

export const kmsOperations: OperationTable = {
  "kms:GetKeyPolicy": { mutates: false, errors: common },
  "kms:PutKeyPolicy": {
    mutates: true,
    errors: [
      ...common,
      "LimitExceededException",
      "MalformedPolicyDocumentException",
      "UnsupportedOperationException",
    ],
  },
};

export interface KmsOptions {
  readonly region: string;
  readonly accountId: string;
  /** ARNs. */
  readonly keys: readonly string[];
  /** By ARN: a key's policy is replaced where whoever authorises calls finds it. */
  readonly policies: Map<string, PolicyDocument>;
  /** Whether the caller might put a policy again, were this one the key's. */
  readonly mayPutAgain: (caller: Identity, keyArn: string, policy: PolicyDocument) => Promise<boolean>;
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html */
const POLICY_BYTES_MAX = 32_768;

const KeyInput = z.object({
  KeyId: z.string().min(1).max(2048),
  PolicyName: z.string().regex(/^\w+$/).min(1).max(128).default("default"),
});
const PutInput = KeyInput.extend({
  Policy: z
    .string()
    .min(1)
    .max(131_072)
    .regex(/^[\t\n\r\u0020-\u00FF]+$/),
  BypassPolicyLockoutSafetyCheck: z.boolean().default(false),
});

export function createKms(options: KmsOptions): AwsService {
  const { policies } = options;
  const get: Prepare = (input) => {
    const { KeyId, PolicyName } = parseInput(KeyInput, input, "ValidationException");
    const keyArn = existing(options, KeyId);
    return {
      needs: [need("GetKeyPolicy", keyArn)],
      answer: () => {
        expectDefault(PolicyName);
        return { Policy: JSON.stringify(policies.get(keyArn), null, 2), PolicyName };
      },
    };
  };
  const put: Prepare = (input, caller) => {
    const request = parseInput(PutInput, input, "ValidationException");
    const keyArn = existing(options, request.KeyId);
    return {
      needs: [need("PutKeyPolicy", keyArn)],
      answer: async () => {
        expectDefault(request.PolicyName);
        const policy = parsePolicy(request.Policy);
        const safe =
          request.BypassPolicyLockoutSafetyCheck || (await options.mayPutAgain(caller, keyArn, policy));
        if (!safe)
          throw malformed("The new key policy will not allow you to update the key policy in the future.");
        policies.set(keyArn, policy);
        return {};
      },
    };
  };
  return {
    name: "kms",
    wire: jsonWire({ target: "TrentService", version: "1.1" }),
    table: kmsOperations,
    operations: { GetKeyPolicy: get, PutKeyPolicy: put },
  };
}

const need = (operation: string, keyArn: string) => ({
  action: `kms:${operation}`,
  resource: keyArn,
  context: {},
});

/** By its id or its ARN. Who may do what is a matter of the key's own policy, so it is looked for first. */
function existing({ region, accountId, keys }: KmsOptions, id: string): string {
  if (id.startsWith("alias/")) throw notFound(`Invalid keyId '${id}'`);
  const keyArn = id.startsWith("arn:") ? id : `arn:aws:kms:${region}:${accountId}:key/${id}`;
  if (!/^arn:aws:kms:[a-z\d-]+:\d{12}:key\/[\w-]+$/.test(keyArn))
    throw new Refusal(400, "InvalidArnException", `Invalid arn ${id}`);
  if (keys.includes(keyArn)) return keyArn;
  throw notFound(`Key '${keyArn}' does not exist`);
}

function expectDefault(policyName: string): void {
  if (policyName !== "default") throw notFound(`No such policy exists: ${policyName}`);
}

const notFound = (message: string) => new Refusal(400, "NotFoundException", message);

const Document = z.looseObject({
  Statement: z.array(z.looseObject({ Principal: z.union([z.string(), z.record(z.string(), z.unknown())]) })),
});

function parsePolicy(text: string): PolicyDocument {
  if (Buffer.byteLength(text) > POLICY_BYTES_MAX)
    throw new Refusal(400, "LimitExceededException", `the policy is longer than ${POLICY_BYTES_MAX} bytes`);
  const document = Document.safeParse(parseJson(text));
  if (!document.success) throw malformed("Policy contains a statement with no principal, or is no policy.");
  const policy = PolicyDocument.safeParse(document.data);
  if (policy.success) return policy.data;
  throw new Unsupported("the local AWS does not support kms:PutKeyPolicy with such a policy");
}

const malformed = (message: string) => new Refusal(400, "MalformedPolicyDocumentException", message);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
