/** What Resource Manager refuses about network security groups and their rules, in its words. */
import { Refusal } from "../../../stand-in/operations.ts";

/** Of every write of rules. */
export const RULE_ERRORS = [
  "InvalidRequestFormat",
  "InvalidResourceName",
  "ResourceCannotContainAddressPrefixesFromDifferentAddressFamilies",
  "SecurityRuleConflict",
  "SecurityRuleCountLimitReached",
  "SecurityRuleInvalidAddressPrefix",
  "SecurityRuleInvalidDescription",
  "SecurityRuleInvalidPortRange",
  "SecurityRuleInvalidPriority",
  "SecurityRuleParameterContainsUnsupportedValue",
  "SecurityRuleParameterMissing",
  "SecurityRuleParametersMissing",
] as const;

export const WRITE_ERRORS = ["AnotherOperationInProgress", "PreconditionFailed", "RetryableError"] as const;

export interface RefusalDetail {
  readonly code: string;
  readonly message: string;
}

/** One that says more than its code and its text. */
export class DetailedRefusal extends Refusal {
  readonly details: readonly RefusalDetail[];

  constructor(status: number, code: string, message: string, details: readonly RefusalDetail[]) {
    super(status, code, message);
    this.details = details;
  }
}

const invalid = (code: (typeof RULE_ERRORS)[number], message: string): Refusal =>
  new Refusal(400, code, message);

export const cannotParse = (why: string): Refusal =>
  new DetailedRefusal(400, "InvalidRequestFormat", "Cannot parse the request.", [
    { code: "InvalidJson", message: why },
  ]);

export const invalidName = (name: string): Refusal =>
  invalid(
    "InvalidResourceName",
    `Resource name ${name} is invalid. The name can be up to 80 characters long. It must begin with a word ` +
      "character, and it must end with a word character or with '_'. The name may contain word characters or '.', " +
      "'-', '_'.",
  );

export const mixedFamilies = (id: string): Refusal =>
  invalid(
    "ResourceCannotContainAddressPrefixesFromDifferentAddressFamilies",
    `${id} contains IP addresses or prefixes that belong to different address families. All IP addresses or ` +
      "prefixes in the resource should belong to the same address family.",
  );

export const conflict = (name: string, other: string): Refusal =>
  invalid(
    "SecurityRuleConflict",
    `Security rule ${name} conflicts with rule ${other}. Rules cannot have the same Priority and Direction. To ` +
      "learn more, see aka.ms/nsgrules.",
  );

export const tooManyRules = (max: number): Refusal =>
  invalid("SecurityRuleCountLimitReached", `A security group cannot have more than ${max} security rules.`);

export const invalidPrefix = (id: string, value: string): Refusal =>
  invalid(
    "SecurityRuleInvalidAddressPrefix",
    `Security rule ${id} has invalid Address prefix. Value provided: ${value}`,
  );

export const invalidDescription = (id: string, max: number): Refusal =>
  invalid("SecurityRuleInvalidDescription", `Description of ${id} has more than ${max} characters.`);

export const invalidPorts = (value: string): Refusal =>
  invalid(
    "SecurityRuleInvalidPortRange",
    `Security rule has invalid Port range. Value provided: ${value}. Value should be an integer OR integer range ` +
      "with '-' delimiter. Valid range 0-65535.",
  );

export const invalidPriority = (value: number): Refusal =>
  invalid(
    "SecurityRuleInvalidPriority",
    `Security rule has invalid Priority. Value provided: ${value}. Allowed range 100-4096.`,
  );

export const unsupportedValue = (id: string, parameter: string, value: string): Refusal =>
  invalid(
    "SecurityRuleParameterContainsUnsupportedValue",
    `Security rule parameter ${parameter} for rule with Id ${id} cannot specify existing VIRTUALNETWORK, INTERNET, ` +
      `AZURELOADBALANCER, '*' or system tags. Unsupported value used: ${value}.`,
  );

export const missing = (id: string, parameter: string): Refusal =>
  invalid(
    "SecurityRuleParameterMissing",
    `Required security rule parameter ${parameter} is missing for security rule with Id: ${id}.`,
  );

export const missingEnd = (id: string, one: string, more: string): Refusal =>
  invalid(
    "SecurityRuleParametersMissing",
    `Required security rule parameters are missing for security rule with Id: ${id}. Security rule must specify ` +
      `${more}, ${one}.`,
  );

export const preconditionFailed = (id: string, given: string, etag: string): Refusal =>
  new DetailedRefusal(412, "PreconditionFailed", "Precondition failed.", [
    {
      code: "PreconditionFailedEtagMismatch",
      message: `Etag provided in if-match header ${given} does not match etag ${etag} of resource ${id} in NRP data store.`,
    },
  ]);

/** The other form in which it says that an operation goes on. */
export const retryable = (operation: string, operationId: string, id: string, seconds: number): Refusal =>
  new DetailedRefusal(429, "RetryableError", "A retryable error occurred.", [
    {
      code: "RetryableErrorDueToAnotherOperation",
      message: `Operation ${operation} (${operationId}) is updating resource ${id}. The call can be retried in ${seconds} seconds.`,
    },
  ]);

export const ruleNotFound = (id: string): Refusal =>
  new Refusal(404, "NotFound", `Resource ${id} not found.`);

export const parentNotFound = (nsg: string): Refusal =>
  new Refusal(
    404,
    "ParentResourceNotFound",
    `Can not perform requested operation on nested resource. Parent resource '${nsg}' not found.`,
  );
