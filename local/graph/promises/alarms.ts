/** What the deployment promises of its alarms, and of who is told of them without any of its own code. */
import { describe, expect, it } from "vitest";
import { authorize } from "../../aws/authorization.ts";
import { parseAlarmRule } from "../../aws/cloudwatch/alarm-rule.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import type { Graph } from "../schema.ts";
import link from "../tunnels-link.ts";

const CLOUDWATCH = "cloudwatch.amazonaws.com";

export function promiseAlarms(graph: () => Graph, tunnelCount = 5): void {
  const alarm = (name: string) => {
    const found = graph().metricAlarms.find((one) => one.name === `warrener-test-${name}`);
    if (found === undefined) throw new Error(`the deployment has no alarm ${name}`);
    return found;
  };
  const topicArn = () => graph().topics[0]?.arn ?? "";

  describe("alarms of tunnels", () => {
    it("are one for each tunnel, of its address alone, and ring when nothing is heard of it", () => {
      const watched = graph().functions.find(({ logicalName }) => logicalName === "WatchTunnels");
      const tunnels: Record<string, { outsideIp: string }> = JSON.parse(
        watched?.environment["TUNNELS"] ?? "",
      );
      expect(Object.keys(tunnels)).toHaveLength(tunnelCount);
      for (const [name, { outsideIp }] of Object.entries(tunnels)) {
        expect(alarm(`tunnel-${name}-down`)).toMatchObject({
          namespace: "AWS/VPN",
          metricName: "TunnelState",
          dimensions: { TunnelIpAddress: outsideIp },
          statistic: "Maximum",
          periodSeconds: 60,
          evaluationPeriods: 2,
          datapointsToAlarm: 2,
          comparison: "LessThanThreshold",
          threshold: 1,
          treatMissingData: "breaching",
          // Each is told of by the function, which knows how much is left; only the last one goes to people directly.
          alarmActions: [],
        });
      }
    });

    it("have one more, which rings when all of them do and no sooner, and which people are told of directly", () => {
      const [all, ...more] = graph().compositeAlarms;
      expect(more).toEqual([]);
      const { alarms, holds } = parseAlarmRule(all?.rule ?? "");
      const names = graph().metricAlarms.flatMap(({ name }) => (/-tunnel-/.test(name) ? [name] : []));
      expect(alarms.toSorted()).toEqual(names.toSorted());
      expect(holds(() => "ALARM")).toBe(true);
      for (const up of names) expect(holds((name) => (name === up ? "OK" : "ALARM"))).toBe(false);
      expect(all).toMatchObject({ alarmActions: [topicArn()], okActions: [topicArn()] });
    });
  });

  describe("the dead-man's switch", () => {
    it("rings for each schedule when no run has ended well for a while, and takes silence for failure", () => {
      const functions = graph().schedules.map(({ targetArn, expression }) => ({
        name: targetArn.replace(/^.*:function:/, ""),
        minutes: Number(/^rate\((\d+) /.exec(expression)?.[1]),
      }));
      expect(functions.length).toBeGreaterThan(2);
      for (const { name, minutes } of functions) {
        const [one, ...more] = graph().metricAlarms.filter(
          ({ namespace, dimensions }) => namespace === "Warrener" && dimensions["Function"] === name,
        );
        expect(more).toEqual([]);
        const periods = minutes === 1 ? 5 : 3;
        expect(one).toMatchObject({
          metricName: "Succeeded",
          dimensions: { Function: name },
          statistic: "Sum",
          periodSeconds: minutes * 60,
          evaluationPeriods: periods,
          datapointsToAlarm: periods,
          comparison: "LessThanThreshold",
          threshold: 1,
          treatMissingData: "breaching",
          alarmActions: [topicArn()],
          okActions: [topicArn()],
        });
      }
    });

    it("rings for a function that fails again and again, and for what was left undelivered", () => {
      expect(alarm("watch-tunnels-failing")).toMatchObject({
        namespace: "AWS/Lambda",
        metricName: "Errors",
        dimensions: { FunctionName: "warrener-test-watch-tunnels" },
        treatMissingData: "notBreaching",
        alarmActions: [topicArn()],
      });
      expect(alarm("dead-letters-waiting")).toMatchObject({
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: graph().queues[0]?.name },
        threshold: 1,
        comparison: "GreaterThanOrEqualToThreshold",
        alarmActions: [topicArn()],
      });
    });

    it("is told by mail to the link's addresses, from a topic that its own alarms may publish to, and no others", async () => {
      const [topic, ...more] = graph().topics;
      expect(more).toEqual([]);
      expect(topic?.subscriptions).toEqual(
        link.alerts.emails.map((endpoint) => ({ protocol: "email", endpoint })),
      );
      const publish = (alarmArn: string, account: string, roleArn = CLOUDWATCH) =>
        authorize({
          roleArn,
          resourcePolicy: topic?.policy,
          action: "sns:Publish",
          resource: topicArn(),
          context: { "aws:SourceArn": alarmArn, "aws:SourceAccount": account },
        });
      for (const { arn, alarmActions } of [...graph().metricAlarms, ...graph().compositeAlarms]) {
        if (alarmActions.length > 0) expect([arn, await publish(arn, ACCOUNT_ID)]).toEqual([arn, "allowed"]);
      }
      const strange = `arn:aws:cloudwatch:${graph().region}:${ACCOUNT_ID}:alarm:stranger`;
      const ours = alarm("watch-tunnels-silent").arn;
      expect(await publish(strange, ACCOUNT_ID)).toBe("denied");
      expect(await publish(ours, "999999999999")).toBe("denied");
      expect(await publish(ours, ACCOUNT_ID, "events.amazonaws.com")).toBe("denied");
    });
  });

  describe("the dashboard", () => {
    it("is one for the link, and shows every alarm, tunnel and scheduled function", () => {
      const boards = graph().resources.filter(({ type }) => type === "aws:cloudwatch/dashboard:Dashboard");
      expect(boards.map(({ id }) => id)).toEqual(["warrener-test"]);
      const body = String(boards[0]?.inputs["dashboardBody"]);
      const { widgets } = JSON.parse(body);
      const [alarms] = widgets;
      const arns = [...graph().metricAlarms, ...graph().compositeAlarms].map(({ arn }) => arn);
      expect(alarms.properties.alarms.toSorted()).toEqual(arns.toSorted());
      for (const { dimensions } of graph().metricAlarms) {
        for (const value of Object.values(dimensions)) expect(body).toContain(value);
      }
    });
  });
}
