/// <reference path="../.sst/platform/config.d.ts" />
/** Where an event goes that could not be delivered, or whose function failed to the last attempt. */
import { stageName } from "./names.ts";

/** The longest that SQS keeps a message: 14 days. */
const RETENTION_SECONDS = 1_209_600;

/** The queue's name, fixed for the stage. */
export const deadLettersName = (): string => stageName("dead-letters");

/** Returns the queue's ARN. `ruleArns` are the rules of EventBridge that may send to it. */
export function createDeadLetters(ruleArns: $util.Output<string>[]): $util.Output<string> {
  const queue = new aws.sqs.Queue("DeadLetters", {
    name: deadLettersName(),
    messageRetentionSeconds: RETENTION_SECONDS,
    sqsManagedSseEnabled: true,
  });
  new aws.sqs.QueuePolicy("DeadLettersPolicy", {
    queueUrl: queue.url,
    policy: $jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          // Who may send is said in the senders' roles; here only that nobody does so in the clear.
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: queue.arn,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        {
          // Rules have no roles: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: queue.arn,
          Condition: { ArnEquals: { "aws:SourceArn": ruleArns } },
        },
      ],
    }),
  });
  return queue.arn;
}
