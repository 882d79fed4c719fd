/** One write of an NSG: what it asks for, what the rules are while it goes on, and what they are when it has ended. */
import type { AzureCaller } from "./caller.ts";
import type { GroupProperties, NamedRule } from "./rule-body.ts";

export type Wanted =
  | ({ readonly kind: "put-rule" } & NamedRule)
  | { readonly kind: "delete-rule"; readonly name: string }
  | ({ readonly kind: "put-group" } & GroupProperties)
  | { readonly kind: "delete-group" };

export type ProvisioningState = "Succeeded" | "Updating" | "Deleting" | "Failed";

export interface StoredRule extends NamedRule {
  readonly state: ProvisioningState;
}

/** As the service names its operations in refusals. */
export const OPERATION_NAMES: Readonly<Record<Wanted["kind"], string>> = {
  "put-rule": "PutSecurityRuleOperation",
  "delete-rule": "DeleteSecurityRuleOperation",
  "put-group": "PutNetworkSecurityGroupOperation",
  "delete-group": "DeleteNetworkSecurityGroupOperation",
};

export interface Write {
  readonly id: string;
  readonly groupId: string;
  readonly wanted: Wanted;
  readonly caller: AzureCaller;
  /** What was not there before. */
  readonly isNew: boolean;
  readonly correlationId: string;
  readonly status: "InProgress" | "Succeeded" | "Failed";
  /** When it has ended, however it has. */
  readonly ended: Promise<"Succeeded" | "Failed">;
}

export const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const withRule = (rules: readonly StoredRule[], rule: StoredRule): StoredRule[] =>
  rules.some(({ name }) => isSameName(name, rule.name))
    ? // It keeps the name that it was made with.
      rules.map((one) => (isSameName(one.name, rule.name) ? { ...rule, name: one.name } : one))
    : [...rules, rule];

const inState = (rules: readonly StoredRule[], name: string, state: ProvisioningState): StoredRule[] =>
  rules.map((rule) => (isSameName(rule.name, name) ? { ...rule, state } : rule));

export function whileWriting(rules: readonly StoredRule[], wanted: Wanted): readonly StoredRule[] {
  switch (wanted.kind) {
    case "put-rule":
      return withRule(rules, { name: wanted.name, properties: wanted.properties, state: "Updating" });
    case "delete-rule":
      return inState(rules, wanted.name, "Deleting");
    case "put-group":
      return wanted.rules.map((rule) => ({ ...rule, state: "Updating" }));
    case "delete-group":
      return rules;
  }
}

export function afterWriting(
  rules: readonly StoredRule[],
  wanted: Wanted,
  state: "Succeeded" | "Failed",
): readonly StoredRule[] {
  switch (wanted.kind) {
    case "put-rule":
      return inState(rules, wanted.name, state);
    case "delete-rule":
      if (state === "Failed") return inState(rules, wanted.name, state);
      return rules.filter(({ name }) => !isSameName(name, wanted.name));
    case "put-group":
      return rules.map((rule) => ({ ...rule, state }));
    case "delete-group":
      return rules;
  }
}

/** The group before the write. */
interface Target {
  readonly rules: readonly StoredRule[];
  readonly state: ProvisioningState;
}

export function isNew(group: Target | undefined, wanted: Wanted): boolean {
  if (group === undefined) return true;
  return wanted.kind === "put-rule" && !group.rules.some(({ name }) => isSameName(name, wanted.name));
}

/** A write of one rule shows in that rule alone. */
export function groupState(
  group: Target | undefined,
  wanted: Wanted,
  state: "Updating" | "Succeeded" | "Failed",
): ProvisioningState {
  if (wanted.kind === "delete-group") return state === "Updating" ? "Deleting" : state;
  return wanted.kind === "put-group" ? state : (group?.state ?? "Succeeded");
}
