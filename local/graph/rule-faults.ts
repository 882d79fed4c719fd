/** What a deployment must never do with its event rules, found in its graph. */
import { authorize } from "../aws/authorization.ts";
import { parsePattern } from "../aws/event-bridge/pattern.ts";
import type { EventRule, EventTarget } from "./event-schema.ts";
import type { Graph, PolicyDocument } from "./schema.ts";

type Parts = Pick<Graph, "eventRules" | "functionPolicies" | "queues">;

const EVENTS = "events.amazonaws.com";

/** Returns one sentence for each fault. */
export async function findRuleFaults(graph: Parts): Promise<string[]> {
  const faults = graph.eventRules.map(async (rule) => [
    ...(rule.enabled ? [] : [`${rule.name}: is disabled`]),
    ...(rule.targets.length > 0 ? [] : [`${rule.name}: starts nothing`]),
    ...patternFaults(rule),
    ...(await Promise.all(rule.targets.map((target) => targetFaults(graph, rule, target)))).flat(),
  ]);
  return (await Promise.all(faults)).flat();
}

function patternFaults({ name, pattern }: EventRule): string[] {
  try {
    parsePattern(pattern);
    return [];
  } catch (error) {
    return [`${name}: has a pattern that is refused: ${String(error)}`];
  }
}

async function targetFaults(graph: Parts, rule: EventRule, target: EventTarget): Promise<string[]> {
  const { arn, targetFunction: name } = target;
  const policy = graph.functionPolicies.find(({ functionArn }) => functionArn === arn)?.policy;
  const invoke = { policy, action: "lambda:InvokeFunction", resource: arn };
  const retries = target.maximumRetryAttempts ?? 0;
  return [
    ...((await mayFor(rule.arn, invoke)) ? [] : [`${rule.name}: may not invoke ${name}`]),
    ...((await mayFor(`${rule.arn}-other`, invoke))
      ? [`${rule.name}: any other rule may invoke ${name}`]
      : []),
    ...(retries > 0 ? [] : [`${rule.name}: gives ${name} up without a retry, or does not say when`]),
    ...(await deadLetterFaults(graph, rule, target)),
  ];
}

/** Their records may hold a pre-shared key in the clear. */
const WITH_SECRETS = ["CreateVpnConnection", "ModifyVpnTunnelOptions"];

async function deadLetterFaults({ queues }: Parts, rule: EventRule, target: EventTarget): Promise<string[]> {
  if (WITH_SECRETS.some((call) => rule.pattern.includes(call)))
    return target.deadLetterArn === undefined
      ? []
      : [`${rule.name}: keeps events in which a pre-shared key may stand`];
  const queue = queues.find(({ arn }) => arn === target.deadLetterArn);
  if (queue === undefined) return [`${rule.name}: has no dead-letter queue of the deployment`];
  const send = { policy: queue.policy, action: "sqs:SendMessage", resource: queue.arn };
  const stranger = rule.arn.replace(/:rule\/.*$/, ":rule/stranger");
  return [
    ...((await mayFor(rule.arn, send)) ? [] : [`${rule.name}: may not send dead letters to ${queue.name}`]),
    ...((await mayFor(stranger, send)) ? [`${queue.name}: takes dead letters of any rule`] : []),
  ];
}

interface Wish {
  readonly policy: PolicyDocument | undefined;
  readonly action: string;
  readonly resource: string;
}

/** Whether the policy of the resource alone lets EventBridge do it on behalf of this rule. */
async function mayFor(ruleArn: string, { policy, action, resource }: Wish): Promise<boolean> {
  if (policy === undefined) return false;
  const context = { "aws:SourceArn": ruleArn };
  return (
    (await authorize({ roleArn: EVENTS, resourcePolicy: policy, action, resource, context })) === "allowed"
  );
}
