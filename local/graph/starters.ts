/**
 * What can start a function without a role of its own to do so: event rules, log subscriptions, topics.
 * Lambda refuses them unless the function's own policy lets that service in
 * (https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html).
 */
import type { LambdaFunction, Resource } from "./schema.ts";

/** For each type, the input that names what is started, and the service that starts it. */
const STARTERS: Readonly<Record<string, { target: string; service: string }>> = {
  "aws:cloudwatch/eventTarget:EventTarget": { target: "arn", service: "events.amazonaws.com" },
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": {
    target: "destinationArn",
    service: "logs.amazonaws.com",
  },
  "aws:sns/topicSubscription:TopicSubscription": { target: "endpoint", service: "sns.amazonaws.com" },
};

/** Returns one sentence for each starter that would be refused. */
export function findRefusedStarters(
  resources: readonly Resource[],
  functions: readonly LambdaFunction[],
): string[] {
  const permissions = resources.filter(({ type }) => type === "aws:lambda/permission:Permission");
  return resources.flatMap(({ type, name, inputs }) => {
    const starter = STARTERS[type];
    const started = functions.find(({ arn }) => starter !== undefined && arn === inputs[starter.target]);
    if (starter === undefined || started === undefined) return [];
    const allowed = permissions.some(
      (permission) =>
        permission.inputs["principal"] === starter.service &&
        permission.inputs["action"] === "lambda:InvokeFunction" &&
        [started.name, started.arn].some((id) => id === permission.inputs["function"]),
    );
    return allowed ? [] : [`${name}: ${starter.service} may not invoke ${started.logicalName}`];
  });
}
