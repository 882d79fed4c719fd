import { describe, expect, it } from "vitest";
import { viewQueues } from "./aws-views.ts";
import { viewEventBuses, viewEventRules, viewFunctionPolicies } from "./event-views.ts";
import { awsState } from "./mock-aws.ts";
import { findRuleFaults } from "./rule-faults.ts";
import type { LambdaFunction, Resource } from "./schema.ts";

const region = "eu-west-2";

/** As the evaluation records it. */
function resource(type: string, name: string, inputs: Record<string, unknown>): Resource {
  const { id, state } = awsState({ type, name, inputs }, region);
  return {
    type,
    name,
    id,
    adopted: false,
    protect: false,
    retainOnDelete: false,
    ignoreChanges: [],
    waitsFor: [],
    inputs,
    state: { ...inputs, ...state },
  };
}

const policy = { Version: "2012-10-17" as const, Statement: [] };
const functionArn = "arn:aws:lambda:eu-west-2:123456789012:function:note";
const note: LambdaFunction = {
  logicalName: "Note",
  name: "note",
  arn: functionArn,
  runtime: "nodejs24.x",
  architecture: "arm64",
  directory: "/",
  handler: "bundle.handler",
  metafile: "/",
  environment: {},
  timeoutSeconds: 1,
  memoryMb: 128,
  logGroup: "/aws/lambda/note",
  logFormat: "JSON",
  role: {
    logicalName: "NoteRole",
    name: "note",
    arn: "arn:aws:iam::123456789012:role/note",
    trust: policy,
    policy,
    managedPolicyArns: [],
  },
};
const queueArn = "arn:aws:sqs:eu-west-2:123456789012:dead";
const ruleArn = "arn:aws:events:eu-west-2:123456789012:rule/app-note";

const rule = (inputs: object = {}) =>
  resource("aws:cloudwatch/eventRule:EventRule", "Rule", {
    name: "app-note",
    eventPattern: '{"source":["aws.acm-pca"]}',
    ...inputs,
  });
const target = (inputs: object = {}) =>
  resource("aws:cloudwatch/eventTarget:EventTarget", "Target", {
    rule: "app-note",
    arn: functionArn,
    retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 3600 },
    deadLetterConfig: { arn: queueArn },
    ...inputs,
  });
const permission = (inputs: object = {}) =>
  resource("aws:lambda/permission:Permission", "Permission", {
    action: "lambda:InvokeFunction",
    function: "note",
    principal: "events.amazonaws.com",
    sourceArn: ruleArn,
    ...inputs,
  });
const queue = resource("aws:sqs/queue:Queue", "Dead", { name: "dead", messageRetentionSeconds: 60 });
const letIn = (sourceArn: string) => ({
  Effect: "Allow",
  Principal: { Service: "events.amazonaws.com" },
  Action: "sqs:SendMessage",
  Resource: queueArn,
  Condition: { ArnLike: { "aws:SourceArn": sourceArn } },
});
const queuePolicy = (...Statement: object[]) =>
  resource("aws:sqs/queuePolicy:QueuePolicy", "Policy", {
    queueUrl: queue.state["url"],
    policy: JSON.stringify({ Version: "2012-10-17", Statement }),
  });
const open = queuePolicy(letIn("arn:aws:events:eu-west-2:123456789012:rule/app-*"));
const all = [rule(), target(), permission(), queue, open];

describe("viewEventRules", () => {
  it("tells a rule of the default bus with what it starts", () => {
    expect(viewEventRules(all, [note])).toEqual([
      {
        logicalName: "Rule",
        name: "app-note",
        arn: ruleArn,
        busName: "default",
        enabled: true,
        pattern: '{"source":["aws.acm-pca"]}',
        targets: [
          {
            arn: functionArn,
            targetFunction: "Note",
            input: undefined,
            maximumRetryAttempts: 2,
            maximumEventAgeSeconds: 3600,
            deadLetterArn: queueArn,
          },
        ],
      },
    ]);
  });

  it("knows a bus by its name and by its ARN, which is in the ARN of its rules", () => {
    const eventBusName = "arn:aws:events:eu-west-2:123456789012:event-bus/app";
    const [viewed] = viewEventRules([rule({ eventBusName }), target({ eventBusName: "app" })], [note]);
    expect(viewed).toMatchObject({
      busName: "app",
      arn: "arn:aws:events:eu-west-2:123456789012:rule/app/app-note",
      targets: [{ targetFunction: "Note" }],
    });
    expect(viewEventRules([rule({ eventBusName }), target()], [note])).toMatchObject([{ targets: [] }]);
  });

  it("tells a rule that is switched off", () => {
    expect(viewEventRules([rule({ state: "DISABLED" })], [])).toMatchObject([{ enabled: false }]);
  });

  it.each([
    ["a schedule", [rule({ scheduleExpression: "rate(1 minute)" })]],
    ["a changed event", [rule(), target({ inputPath: "$.detail" })]],
    ["a target that is no function of the deployment", [rule(), target({ arn: queueArn })]],
  ])("fails for %s, which the local world cannot do", (_what, resources) => {
    expect(() => viewEventRules(resources, [note])).toThrow(/is not as expected|expected exactly one/);
  });
});

describe("viewEventBuses", () => {
  it("tells each bus, and whom it is open to", () => {
    const bus = resource("aws:cloudwatch/eventBus:EventBus", "Bus", { name: "app" });
    const opened = resource("aws:cloudwatch/eventPermission:EventPermission", "Open", {
      principal: "444455556666",
      statementId: "open",
      eventBusName: "app",
    });
    const arn = "arn:aws:events:eu-west-2:123456789012:event-bus/app";
    expect(viewEventBuses([bus])).toEqual([{ name: "app", arn, openTo: [] }]);
    expect(viewEventBuses([bus, opened])).toEqual([{ name: "app", arn, openTo: ["444455556666"] }]);
  });
});

describe("viewFunctionPolicies", () => {
  it("makes a function's policy of its permissions", () => {
    const policies = viewFunctionPolicies([permission(), permission({ function: "other" })], [note]);
    expect(policies).toEqual([
      {
        functionArn,
        policy: {
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Permission",
              Effect: "Allow",
              Principal: { Service: ["events.amazonaws.com"] },
              Action: ["lambda:InvokeFunction"],
              Resource: [functionArn],
              Condition: { ArnLike: { "AWS:SourceArn": ruleArn } },
            },
          ],
        },
      },
    ]);
    expect(viewFunctionPolicies([], [note])).toEqual([]);
  });
});

describe("findRuleFaults", () => {
  const faults = (...resources: Resource[]) =>
    findRuleFaults({
      eventRules: viewEventRules(resources, [note]),
      functionPolicies: viewFunctionPolicies(resources, [note]),
      queues: viewQueues(resources),
    });

  it("finds nothing where all is as it should be", async () => {
    expect(await faults(...all)).toEqual([]);
  });

  it.each([
    ["app-note: is disabled", [rule({ state: "DISABLED" }), target(), permission(), queue, open]],
    ["app-note: starts nothing", [rule(), permission(), queue, open]],
    [
      "app-note: has a pattern that is refused",
      [rule({ eventPattern: "{}" }), target(), permission(), queue, open],
    ],
    ["app-note: may not invoke Note", [rule(), target(), queue, open]],
    [
      "app-note: may not invoke Note",
      [rule(), target(), permission({ sourceArn: `${ruleArn}s` }), queue, open],
    ],
    [
      "app-note: may not invoke Note",
      [rule(), target(), permission({ action: "lambda:GetFunction" }), queue, open],
    ],
    [
      "app-note: any other rule may invoke Note",
      [rule(), target(), permission({ sourceArn: undefined }), queue, open],
    ],
    [
      "app-note: gives Note up without a retry",
      [rule(), target({ retryPolicy: {} }), permission(), queue, open],
    ],
    [
      "app-note: has no dead-letter queue of the deployment",
      [rule(), target({ deadLetterConfig: {} }), permission(), queue, open],
    ],
    ["app-note: may not send dead letters to dead", [rule(), target(), permission(), queue]],
    [
      "dead: takes dead letters of any rule",
      [rule(), target(), permission(), queue, queuePolicy(letIn("arn:aws:events:*:*:rule/*"))],
    ],
  ])("finds: %s", async (fault, resources) => {
    expect(await faults(...resources)).toEqual([expect.stringContaining(fault)]);
  });
});
