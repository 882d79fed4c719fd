import { describe, expect, it } from "vitest";
import { openDelivery } from "../../../shared/auth-failures/delivery.ts";
import { START } from "../../model/brain.ts";
import { ACCOUNT, FILTER } from "../callers-input.ts";
import { DESIRED_AUTH } from "../callers-link.ts";
import { drawFrom } from "../draw.ts";
import type { FaultOf } from "../faults.ts";
import { eventOf, RelayLog, type Said } from "./relay-log.ts";

const said = (stream: string, at = START): Said => ({
  at,
  stream,
  who: "stranger",
  reason: "no-certificate",
  source: "203.0.113.9",
  serial: null,
  message: JSON.stringify({ event: "client.refused", reason: "no-certificate" }),
});
const badly = (twice: number, cut: number): FaultOf<"log-deliveries"> => ({
  kind: "log-deliveries",
  at: START,
  seconds: 60,
  lateSecondsMax: 500,
  twice,
  cut,
});

function handedOver(how?: FaultOf<"log-deliveries">) {
  const log = new RelayLog();
  for (const stream of ["a", "b", "a", "a"]) log.say(said(stream));
  const deliveries = log.handOver(START + 60, drawFrom(1), how);
  return { log, deliveries, ids: deliveries.map(({ lines }) => lines.map(({ id }) => Number(id)).join()) };
}

describe("RelayLog", () => {
  it("hands over the lines of each stream by themselves, once, after they were gathered", () => {
    const { log, deliveries, ids } = handedOver();
    expect(ids).toEqual(["1,3,4", "2"]);
    expect(deliveries.every(({ afterSeconds }) => afterSeconds >= 1 && afterSeconds <= 20)).toBe(true);
    expect(log.handOver(START + 60, drawFrom(1), undefined)).toEqual([]);
    log.say(said("a", START + 60));
    expect([log.isWaiting, log.handOver(START + 79, drawFrom(1), undefined)]).toEqual([true, []]);
    expect(log.handOver(START + 80, drawFrom(1), undefined)).toHaveLength(1);
    expect(log.isWaiting).toBe(false);
  });

  it("hands them over twice, as they were or cut anew, where that is drawn", () => {
    expect(handedOver(badly(1, 0)).ids).toEqual(["1,3,4", "1,3,4", "2", "2"]);
    expect(handedOver(badly(1, 1)).ids).toEqual(["1,3,4", "4", "1,3", "2", "2"]);
    expect(handedOver(badly(0, 1)).ids).toEqual(["1,3,4", "2"]);
  });

  it("writes nothing of a time that is leapt over", () => {
    const log = new RelayLog();
    log.isLeapt = true;
    log.say(said("a"));
    expect([log.lines, log.isWaiting]).toEqual([[], false]);
  });
});

describe("eventOf", () => {
  it("is what the product takes for a delivery of relay's log", () => {
    const { log } = handedOver();
    const opened = openDelivery(eventOf(log.lines), {
      groups: DESIRED_AUTH.groups,
      account: ACCOUNT,
      filter: FILTER,
    });
    expect(opened).toMatchObject({ kind: "lines", batch: { stream: "a" } });
    expect(opened.kind === "lines" ? opened.batch.lines : []).toHaveLength(4);
  });
});
