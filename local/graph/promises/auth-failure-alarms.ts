/** What the deployment promises of refused callers without any of its own code: CloudWatch counts and tells by itself. */
import { describe, expect, it } from "vitest";
import { authGroups } from "../../../shared/auth-failures/desired.ts";
import { parseLink } from "../../../shared/link/load.ts";
import { parseFilterPattern } from "../../aws/filter-pattern.ts";
import declared from "../auth-failures-link.ts";
import type { Graph } from "../schema.ts";

const METRIC_FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter";

export function promiseAuthFailureAlarms(graph: () => Graph): void {
  const groups = authGroups(parseLink(declared));
  const filterOf = (group: string) => {
    const [filter, ...more] = graph().resources.filter(
      ({ type, inputs }) => type === METRIC_FILTER && inputs["logGroupName"] === group,
    );
    if (filter === undefined) throw new Error(`${group} has no metric filter`);
    expect(more).toEqual([]);
    return filter.inputs;
  };
  const alarmsOf = (metricName: string) =>
    graph().metricAlarms.filter((alarm) => alarm.metricName === metricName);

  describe("refused callers, counted by CloudWatch", () => {
    it("are those that the function is told of, without any that was accepted, and nothing else of their lines", () => {
      for (const { group, refusedPattern } of groups) {
        expect(filterOf(group)["pattern"]).toBe(refusedPattern);
        expect(filterOf(group)["metricTransformation"]).toEqual({
          namespace: "Warrener",
          name: filterOf(group)["name"],
          value: "1",
        });
      }
      const counts = parseFilterPattern(String(filterOf("/example/relay")["pattern"]));
      expect(counts('{"event":"client.refused","reason":"expired"}')).toBe(true);
      expect(counts('{"event":"client.accepted"}')).toBe(false);
    });

    it("are told by mail when a log has as many within the link's window, in whole minutes, as the link calls a flood", () => {
      const names = groups.map(({ group }) => String(filterOf(group)["name"]));
      expect(new Set(names).size).toBe(groups.length);
      for (const name of names) {
        expect(name).toMatch(/^warrener-test-callers-refused-[A-Za-z0-9-]+$/);
        expect(alarmsOf(name)).toMatchObject([
          {
            name,
            namespace: "Warrener",
            dimensions: {},
            statistic: "Sum",
            periodSeconds: 120,
            evaluationPeriods: 1,
            comparison: "GreaterThanOrEqualToThreshold",
            threshold: 30,
            treatMissingData: "notBreaching",
            alarmActions: [graph().topics[0]?.arn],
          },
        ]);
      }
    });
  });

  describe("lines that do not get to the function", () => {
    it.each([
      ["DeliveryErrors", 1],
      ["DeliveryThrottling", 3],
    ])("are told by mail by the %s of each filter", (metricName, periods) => {
      const alarms = alarmsOf(metricName);
      const [reader] = graph().functions.filter(({ logicalName }) => logicalName === "ReadAuthFailures");
      expect(alarms.map(({ dimensions }) => dimensions)).toEqual(
        expect.arrayContaining(
          groups.map(({ group }) => ({
            LogGroupName: group,
            DestinationType: "Lambda",
            FilterName: reader?.name,
          })),
        ),
      );
      expect(alarms).toHaveLength(groups.length);
      for (const alarm of alarms) {
        expect(alarm).toMatchObject({
          namespace: "AWS/Logs",
          statistic: "Sum",
          datapointsToAlarm: periods,
          threshold: 1,
          treatMissingData: "notBreaching",
          alarmActions: [graph().topics[0]?.arn],
        });
      }
    });

    it("are told of when not even the dead-letter queue takes them", () => {
      expect(alarmsOf("DestinationDeliveryFailures")).toMatchObject([
        {
          namespace: "AWS/Lambda",
          dimensions: { FunctionName: "warrener-test-read-auth-failures" },
          threshold: 1,
          alarmActions: [graph().topics[0]?.arn],
        },
      ]);
    });
  });
}
