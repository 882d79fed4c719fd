/**
 * A flood of alarms from end to end in one process: CloudWatch's own events, each twice and in any order, go to two
 * workers at once, whose memory, lease and incidents stand in DynamoDB.
 */
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { compositeAlarmChanged, metricAlarmChanged } from "../../local/aws/cloudwatch/state-change.ts";
import { compositeAlarm, metricAlarm } from "../../local/aws/cloudwatch/test-alarms.ts";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { eventTime, type ServiceEvent } from "../../local/aws/event-bridge/event.ts";
import { accountId, makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { createTunnelsModel } from "../../local/model/tunnels.ts";
import { runs, sized } from "../../local/property.ts";
import { dynamoIncidents } from "../alerts/aws-store.ts";
import { reportConditions } from "../alerts/report-conditions.ts";
import { dynamoLease } from "../lease/aws-lease.ts";
import { TUNNELS_ALARM, tunnelAlarm } from "../runtime/deployed-names.ts";
import { dynamoTunnels } from "./aws-memory.ts";
import { runOnEvent } from "./run-on-event.ts";

const TABLE = "journal";
const PREFIX = "warrener-test-";
const EVENTS = sized(500, 1_000);
const ADDRESSES = { "one-a": "198.51.100.10", "one-b": "198.51.100.11" } as const;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** By turns: one tunnel's alarm, the other's, and that of both; each changes its state as often as it comes. */
function alarmEvent(index: number, atMs: number) {
  const state = (value: "ALARM" | "OK", at: number) => ({ value, reason: "Threshold Crossed", atMs: at });
  const values = index % 2 === 0 ? (["ALARM", "OK"] as const) : (["OK", "ALARM"] as const);
  const change = { state: state(values[0], atMs), previous: state(values[1], atMs - 60_000) };
  if (index % 3 === 2) {
    const rule = "ALARM(a) AND ALARM(b)";
    return envelope(compositeAlarmChanged(compositeAlarm(`${PREFIX}${TUNNELS_ALARM}`, rule), change), atMs);
  }
  const name = index % 3 === 0 ? "one-a" : "one-b";
  const dimensions = { TunnelIpAddress: ADDRESSES[name] };
  return envelope(
    metricAlarmChanged(metricAlarm(`${PREFIX}${tunnelAlarm(name)}`, { dimensions }), change),
    atMs,
  );
}

const envelope = ({ source, detailType, resources, detail }: ServiceEvent, atMs: number) => ({
  ...{ version: "0", id: randomUUID(), "detail-type": detailType, source, account: accountId },
  ...{ time: eventTime(atMs), region, resources, detail },
});

async function start() {
  const dynamodb = await startDynamoDb({ kernel: makeKernel(), region });
  const world = await startWorld(() => [dynamodb.service]);
  closing.push(world.server.close, dynamodb.close);
  await dynamodb.createTable({ name: TABLE, partitionKey: "pk", sortKey: "sk" });
  const client = new DynamoDBClient(world.client());
  const model = createTunnelsModel();
  const { link, clock, log } = { ...model.alerts, clock: model.clock.now };
  const table = { client, table: TABLE, link };
  /** As its function puts it together, once for each. */
  const worker = (holder: string) => {
    const alerts = { ...model.alerts, store: dynamoIncidents(table) };
    return {
      ...model.watcher(),
      ...{
        holder,
        store: dynamoTunnels(table),
        lease: dynamoLease({ ...table, clock, newGrant: randomUUID }),
      },
      ...{ alarmPrefix: PREFIX, ownRoles: [], log },
      tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
    };
  };
  return { model, worker, incidents: dynamoIncidents(table) };
}

const anyOrder = fc.shuffledSubarray(
  Array.from({ length: 2 * EVENTS }, (_, delivery) => delivery % EVENTS),
  { minLength: 2 * EVENTS },
);

describe("1,000 alarm events, each of them one of two, in any order, to two workers at once", () => {
  it("are one message, which turns critical, and one recovery", async () => {
    const property = fc.asyncProperty(anyOrder, async (order) => {
      const { model, worker, incidents } = await start();
      const trouble: string[] = [];
      let delivered = 0;
      const work = async (holder: string) => {
        const run = worker(holder);
        while (delivered < order.length) {
          const index = order[delivered] ?? 0;
          delivered += 1;
          if (delivered === 100) model.cut("one-a");
          if (delivered === 200) model.cut("one-b");
          if (delivered === 700) model.restore("one-a", "one-b");
          model.clock.advance(1);
          const remainingMs = () => 120_000;
          const report = await runOnEvent({ ...run, remainingMs }, alarmEvent(index, model.clock.nowMs()));
          trouble.push(...report.trouble);
          if (delivered % 10 === 0) await model.tell({ store: incidents });
        }
      };
      await Promise.all(["one", "other"].map((holder) => model.calls.inProcess(() => work(holder))));
      // The next sweep, which sees what is now.
      model.clock.advance(60);
      await runOnEvent(worker("sweep"), {});
      await model.tell({ store: incidents });
      expect(trouble).toEqual([]);
      expect(model.channel.messages).toMatchObject([
        { incident: { key: "tunnels", state: "closed", worst: { severity: "critical" } } },
      ]);
      const replies = model.channel.messages.flatMap((message) => message.replies);
      expect(replies.filter((id) => id.startsWith("closed:"))).toHaveLength(1);
      expect(new Set(replies).size).toBe(replies.length);
      expect(model.repairs).toEqual(["reset-azure one-a"]);
      const told = (wanted: string) =>
        new Set(model.events.flatMap(({ change, incident }) => (change === wanted ? [incident] : [])));
      expect([told("opened").size, told("closed").size, told("reopened").size]).toEqual([1, 1, 0]);
    });
    await fc.assert(property, { ...runs(1_000), endOnFailure: true });
  }, 180_000);
});
