import { describe, expect, it } from "vitest";
import type { LambdaFunction, Resource } from "./schema.ts";
import { findRefusedStarters } from "./starters.ts";

const policy = { Version: "2012-10-17" as const, Statement: [] };
const arn = "arn:aws:lambda:eu-west-2:123456789012:function:heal";
const heal: LambdaFunction = {
  logicalName: "Heal",
  name: "heal",
  arn,
  runtime: "nodejs24.x",
  architecture: "arm64",
  directory: "/",
  handler: "bundle.handler",
  metafile: "/",
  environment: {},
  timeoutSeconds: 1,
  memoryMb: 128,
  logGroup: "/aws/lambda/heal",
  logFormat: "JSON",
  role: { logicalName: "HealRole", name: "heal", arn, trust: policy, policy, managedPolicyArns: [] },
};
const resource = (type: string, name: string, inputs: Record<string, unknown>): Resource => ({
  type,
  name,
  id: name,
  adopted: false,
  protect: false,
  retainOnDelete: false,
  ignoreChanges: [],
  waitsFor: [],
  inputs,
  state: inputs,
});
const rule = resource("aws:cloudwatch/eventTarget:EventTarget", "OnChange", { arn });
const permission = (inputs: Record<string, unknown>) =>
  resource("aws:lambda/permission:Permission", "Permission", { action: "lambda:InvokeFunction", ...inputs });

describe("findRefusedStarters", () => {
  it("finds a rule whose service may not invoke the function", () => {
    expect(findRefusedStarters([rule], [heal])).toEqual([
      "OnChange: events.amazonaws.com may not invoke Heal",
    ]);
  });

  it("accepts a permission by the function's name or its ARN", () => {
    for (const id of ["heal", arn]) {
      expect(
        findRefusedStarters([rule, permission({ function: id, principal: "events.amazonaws.com" })], [heal]),
      ).toEqual([]);
    }
  });

  it("does not accept a permission for another service or another function", () => {
    const others = [
      permission({ function: "heal", principal: "logs.amazonaws.com" }),
      permission({ function: "other", principal: "events.amazonaws.com" }),
    ];
    expect(findRefusedStarters([rule, ...others], [heal])).toHaveLength(1);
  });

  it("finds a log subscription without permission, and leaves alone a rule that starts something else", () => {
    const subscription = resource("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "OnFailure", {
      destinationArn: arn,
    });
    const elsewhere = resource("aws:cloudwatch/eventTarget:EventTarget", "ToQueue", {
      arn: "arn:aws:sqs:eu-west-2:1:q",
    });
    expect(findRefusedStarters([subscription, elsewhere], [heal])).toEqual([
      "OnFailure: logs.amazonaws.com may not invoke Heal",
    ]);
  });
});
