import { describe, expect, it } from "vitest";
import { Refusal } from "../../stand-in/operations.ts";
import { manualTimers } from "../manual-timers.ts";
import { alarmArn, compositeAlarm, metricAlarm, startCloudWatch, startMs, topicArn } from "./test-alarms.ts";

/** Two tunnels, an alarm on each and one on both. */
function start(options: Parameters<typeof startCloudWatch>[0] = {}) {
  const world = startCloudWatch(options);
  const { alarms } = world.cloudWatch;
  alarms.addMetricAlarm(metricAlarm("a"), startMs);
  alarms.addMetricAlarm(metricAlarm("b"), startMs);
  alarms.addCompositeAlarm(compositeAlarm("all", 'ALARM("a") AND ALARM(b)'), startMs);
  world.set("a", true);
  world.set("b", true);
  world.cloudWatch.backfill(5);
  world.cloudWatch.start();
  return { ...world, alarms };
}
const changesOf = (told: readonly { detail: Readonly<Record<string, unknown>> }[]) =>
  told.map(({ detail }) => [detail["alarmName"], Object(detail["state"]).value]);

describe("Alarms", () => {
  it("tells the first state that it finds, coming from one that was never checked and has no data", async () => {
    const { told, minutes } = start();
    await minutes(1);
    expect(changesOf(told)).toEqual([
      ["a", "OK"],
      ["all", "OK"],
      ["b", "OK"],
    ]);
    expect(told[0]?.detail["previousState"]).toEqual({
      value: "INSUFFICIENT_DATA",
      reason: "Unchecked: Initial alarm creation",
      timestamp: "2026-11-21T08:00:00.000+0000",
    });
  });

  it("tells a change in the documented shape, as durable, and nothing while the state stays", async () => {
    const { told, set, minutes } = start();
    await minutes(4);
    told.splice(0);
    set("a", false);
    await minutes(6);
    expect(told).toEqual([
      {
        source: "aws.cloudwatch",
        detailType: "CloudWatch Alarm State Change",
        delivery: "durable",
        resources: [alarmArn("a")],
        detail: {
          alarmName: "a",
          configuration: {
            description: "The tunnel a is down.",
            metrics: [
              {
                id: expect.any(String),
                metricStat: {
                  metric: {
                    namespace: "AWS/VPN",
                    name: "TunnelState",
                    dimensions: { TunnelIpAddress: "a" },
                  },
                  period: 60,
                  stat: "Maximum",
                },
                returnData: true,
              },
            ],
          },
          state: {
            value: "ALARM",
            reason:
              "Threshold Crossed: 2 out of the last 2 datapoints [0.0 (21/11/26 08:05:00), 0.0 (21/11/26 08:06:00)] were less than the threshold (1.0).",
            reasonData: expect.any(String),
            timestamp: "2026-11-21T08:07:00.000+0000",
          },
          previousState: {
            value: "OK",
            reason: expect.stringContaining("were not less than the threshold (1.0)"),
            reasonData: expect.any(String),
            timestamp: expect.stringMatching(/^2026-11-21T08:0[0-4]:00\.000\+0000$/),
          },
        },
      },
    ]);
    expect(JSON.parse(Object(told[0]?.detail["state"]).reasonData)).toMatchObject({
      version: "1.0",
      queryDate: "2026-11-21T08:07:00.000+0000",
      startDate: "2026-11-21T08:05:00.000+0000",
      statistic: "Maximum",
      period: 60,
      recentDatapoints: [0, 0],
      threshold: 1,
    });
  });

  it("rings when nothing is heard of a tunnel any more, once the whole range is empty", async () => {
    const { told, set, minutes, alarms } = start();
    await minutes(4);
    told.splice(0);
    set("a", undefined);
    await minutes(4);
    expect(alarms.state("a")).toBe("OK");
    await minutes(1);
    expect(alarms.state("a")).toBe("ALARM");
    expect(Object(told[0]?.detail["state"]).reason).toBe(
      "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].",
    );
  });

  it("does not take its own delay for missing data", async () => {
    const timers = manualTimers(startMs);
    const late = {
      ...timers,
      after: (delayMs: number, run: () => void) => timers.after(delayMs + 9 * 60_000, run),
    };
    const { told, set, cloudWatch } = startCloudWatch({ timers: late });
    cloudWatch.alarms.addMetricAlarm(metricAlarm("a"), startMs);
    set("a", true);
    cloudWatch.backfill(5);
    cloudWatch.start();
    await timers.advance(60 * 60_000);
    expect(changesOf(told)).toEqual([["a", "OK"]]);
  });

  it("changes a composite alarm with its last alarm, names that one, and publishes both ways", async () => {
    const { told, set, minutes, published } = start();
    await minutes(4);
    told.splice(0);
    published.splice(0);
    set("a", false);
    await minutes(4);
    expect(changesOf(told)).toEqual([["a", "ALARM"]]);
    set("b", false);
    await minutes(4);
    expect(told.at(-1)?.detail).toEqual({
      alarmName: "all",
      configuration: { description: "All are down.", alarmRule: 'ALARM("a") AND ALARM(b)' },
      state: {
        value: "ALARM",
        reason: `${alarmArn("b")} transitioned to ALARM at Saturday 21 November, 2026 08:11:00 UTC`,
        reasonData: JSON.stringify({
          triggeringAlarms: [
            { arn: alarmArn("b"), state: { value: "ALARM", timestamp: "2026-11-21T08:11:00.000+0000" } },
          ],
        }),
        timestamp: "2026-11-21T08:11:00.000+0000",
      },
      previousState: expect.objectContaining({ value: "OK" }),
    });
    set("a", true);
    await minutes(3);
    expect(published.map(({ subject }) => subject)).toEqual([
      'ALARM: "all" in eu-west-2',
      'OK: "all" in eu-west-2',
    ]);
    expect(JSON.parse(published[0]?.message ?? "")).toMatchObject({
      AlarmName: "all",
      NewStateValue: "ALARM",
      OldStateValue: "OK",
      AlarmRule: 'ALARM("a") AND ALARM(b)',
    });
  });

  it("tells of a muted alarm all the same, says so, and publishes nothing", async () => {
    const { told, set, minutes, published, alarms } = start();
    await minutes(4);
    told.splice(0);
    published.splice(0);
    const mute = { mutedByArn: alarmArn("x").replace(":alarm:", ":alarm-mute-rule:"), fromMs: startMs };
    alarms.mute("all", { ...mute, toMs: startMs + 60 * 60_000 });
    set("a", false);
    set("b", false);
    await minutes(5);
    expect(published).toEqual([]);
    expect(told.at(-1)?.detail).toMatchObject({
      alarmName: "all",
      state: { value: "ALARM" },
      muteDetail: {
        mutedByArn: mute.mutedByArn,
        muteWindowStart: "2026-11-21T08:00:00.000+0000",
        muteWindowEnd: "2026-11-21T09:00:00.000+0000",
      },
    });
    alarms.mute("all", undefined);
    set("a", true);
    await minutes(3);
    expect(published).toHaveLength(1);
    expect(told.at(-1)?.detail).not.toHaveProperty("muteDetail");
  });

  it("goes on when a topic refuses, and notes what could not be done", async () => {
    const publish = () => {
      throw new Refusal(403, "AuthorizationError", "not authorized");
    };
    const { minutes, alarms, cloudWatch } = start({ publish });
    await minutes(4);
    expect(alarms.failedActions()).toEqual([{ alarm: "all", topicArn, code: "AuthorizationError" }]);
    expect(cloudWatch.troubles()).toEqual([]);
  });

  it("refuses a composite alarm on one that is not there, and one with a rule that cannot be read", () => {
    const { alarms } = start();
    expect(() => alarms.addCompositeAlarm(compositeAlarm("x", "ALARM(c)"), startMs)).toThrow(/no alarm c/);
    expect(() => alarms.addCompositeAlarm(compositeAlarm("x", "ALARM(a"), startMs)).toThrow(/missing/);
  });

  it("rings for a new alarm when missing data counts as breaching and none has come", async () => {
    const { cloudWatch, told, minutes } = startCloudWatch();
    cloudWatch.alarms.addMetricAlarm(metricAlarm("c"), startMs);
    cloudWatch.start();
    await minutes(1);
    expect(changesOf(told)).toEqual([["c", "ALARM"]]);
  });

  it("stays insufficient where missing data counts as missing and none has come", async () => {
    const { cloudWatch, told, minutes } = startCloudWatch();
    cloudWatch.alarms.addMetricAlarm(metricAlarm("c", { treatMissingData: "missing" }), startMs);
    cloudWatch.start();
    await minutes(5);
    expect(told).toEqual([]);
    expect(cloudWatch.alarms.state("c")).toBe("INSUFFICIENT_DATA");
  });
});
