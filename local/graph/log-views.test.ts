import { describe, expect, it } from "vitest";
import { viewLogGroups, viewLogMetricFilters, viewSubscriptionFilters } from "./log-views.ts";
import { awsState } from "./mock-aws.ts";
import type { LambdaFunction, Resource } from "./schema.ts";

/** As the evaluation records it. */
function resource(type: string, name: string, inputs: Record<string, unknown>): Resource {
  const { id, state } = awsState({ type, name, inputs }, "eu-west-2");
  const options = { adopted: false, protect: false, retainOnDelete: false, ignoreChanges: [], waitsFor: [] };
  return { type, name, id, ...options, inputs, state: { ...inputs, ...state } };
}

const arn = "arn:aws:lambda:eu-west-2:123456789012:function:app-read";
const read: LambdaFunction = {
  ...{ logicalName: "Read", name: "app-read", arn, runtime: "nodejs24.x", architecture: "arm64" },
  ...{ directory: "/", handler: "index.handler", metafile: "/", environment: {} },
  ...{ timeoutSeconds: 60, memoryMb: 256, logGroup: "/aws/lambda/app-read", logFormat: "JSON" },
  role: {
    ...{ logicalName: "ReadRole", name: "app-read", arn: "arn:aws:iam::123456789012:role/app-read" },
    trust: { Version: "2012-10-17", Statement: [] },
    policy: { Version: "2012-10-17", Statement: [] },
    managedPolicyArns: [],
  },
};

const subscription = (changes: object = {}) =>
  resource("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "RelayLines", {
    ...{ name: "app-read", logGroup: "/example/relay", filterPattern: "", destinationArn: arn },
    ...changes,
  });

describe("viewSubscriptionFilters", () => {
  it("names the function that a filter starts, and keeps a pattern that is empty", () => {
    expect(viewSubscriptionFilters([subscription()], [read])).toEqual([
      {
        logicalName: "RelayLines",
        name: "app-read",
        logGroup: "/example/relay",
        filterPattern: "",
        destinationArn: arn,
        targetFunction: "Read",
      },
    ]);
  });

  it("takes nothing for a filter that goes elsewhere, or that the local CloudWatch Logs cannot run", () => {
    const other = subscription({ destinationArn: `${arn}-else` });
    expect(() => viewSubscriptionFilters([other], [read])).toThrow(/function that RelayLines starts/);
    for (const change of [{ roleArn: "arn" }, { emitSystemFields: ["@aws.account"] }])
      expect(() => viewSubscriptionFilters([subscription(change)], [read])).toThrow(/not as expected/);
  });
});

const metricFilter = (transformation: object = {}) =>
  resource("aws:cloudwatch/logMetricFilter:LogMetricFilter", "Refused", {
    ...{ name: "app-refused", logGroupName: "/example/relay", pattern: '"refused"' },
    metricTransformation: { namespace: "App", name: "Refused", value: "1", ...transformation },
  });

describe("viewLogMetricFilters", () => {
  it("keeps a default value of zero apart from none", () => {
    const [filter] = viewLogMetricFilters([metricFilter()]);
    expect(filter).toEqual({
      name: "app-refused",
      logGroup: "/example/relay",
      filterPattern: '"refused"',
      metric: { namespace: "App", name: "Refused" },
      value: "1",
      defaultValue: undefined,
    });
    expect(viewLogMetricFilters([metricFilter({ defaultValue: "0" })])).toMatchObject([{ defaultValue: 0 }]);
  });

  it("refuses dimensions, and a default value that is no number", () => {
    for (const transformation of [{ dimensions: { Reason: "$.reason" } }, { defaultValue: "none" }])
      expect(() => viewLogMetricFilters([metricFilter(transformation)])).toThrow(/not as expected/);
  });
});

describe("viewLogGroups", () => {
  it("has each group that is created, with how long its lines are kept", () => {
    const group = resource("aws:cloudwatch/logGroup:LogGroup", "Log", { name: "/app", retentionInDays: 90 });
    expect(viewLogGroups([group])).toEqual([
      { name: "/app", arn: "arn:aws:logs:eu-west-2:123456789012:log-group:/app", retentionDays: 90 },
    ]);
  });
});
