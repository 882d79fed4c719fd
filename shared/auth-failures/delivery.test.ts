import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { INFLATED_MAX_BYTES, openDelivery, readLines } from "./delivery.ts";
import { authFailuresOf } from "./desired.ts";
import {
  ACCOUNT,
  batchOf,
  FILTER,
  GROUP,
  knocking,
  openAuth,
  pack,
  refusal,
  written,
} from "./test-auth-run.ts";

const { link } = openAuth();
const groups = authFailuresOf(link)?.groups ?? [];
const expected = { groups, account: ACCOUNT, filter: FILTER };
const open = (event: unknown) => openDelivery(event, expected);
const packText = (text: string | Buffer) => ({ awslogs: { data: gzipSync(text).toString("base64") } });

describe("openDelivery", () => {
  it("opens a batch of its own filter", () => {
    const lines = knocking(2);
    expect(open(batchOf(lines))).toEqual({
      kind: "lines",
      batch: { group: expect.objectContaining({ group: GROUP }), stream: "relay-7d9f-x2k", lines },
    });
  });

  it.each([
    ["other-account", { owner: "999999999999" }],
    ["other-group", { logGroup: "/example/other" }],
    ["other-filter", { subscriptionFilters: ["somebody-else"] }],
    ["other-filter", { subscriptionFilters: [] }],
    ["other-message", { messageType: "NEWS" }],
    ["malformed", { logEvents: [{ id: "1", message: "x" }] }],
    ["malformed", { logEvents: [{ id: "", timestamp: 1, message: "x" }] }],
    ["malformed", { logStream: 1 }],
  ])("refuses as %s a batch with %j", (reason, changes) => {
    expect(open(batchOf([written(refusal("expired"))], changes))).toEqual({ kind: "refused", reason });
  });

  it("refuses as malformed what is no gzip, no JSON, or no object", () => {
    const cut = Buffer.from(batchOf(knocking(50)).awslogs.data, "base64")
      .subarray(0, 80)
      .toString("base64");
    const events = [
      { awslogs: null },
      { awslogs: { data: 1 } },
      { awslogs: { data: "" } },
      { awslogs: { data: "not base64!" } },
      { awslogs: { data: cut } },
      packText("{"),
      packText("[]"),
      packText("null"),
    ];
    for (const event of events) expect(open(event)).toEqual({ kind: "refused", reason: "malformed" });
  });

  it("refuses as too-large what inflates to more than is ever read, without holding it", () => {
    const bomb = packText(Buffer.alloc(INFLATED_MAX_BYTES + 1, " "));
    expect(bomb.awslogs.data.length).toBeLessThan(100_000);
    expect(open(bomb)).toEqual({ kind: "refused", reason: "too-large" });
  });

  it("knows CloudWatch's probe, whatever else is in it", () => {
    expect(open(pack({ messageType: "CONTROL_MESSAGE" }))).toEqual({ kind: "probe" });
  });
});

describe("readLines", () => {
  it("leaves out what is another program's, and keeps what nobody understands", () => {
    const lines = [
      written(refusal("expired")),
      written({ event: "relay.loaded" }),
      written('{"event":"client.refused","reas'),
    ];
    const opened = open(batchOf(lines));
    if (opened.kind !== "lines") throw new Error("the batch of the test was not opened");
    expect(readLines(opened.batch)).toEqual([
      { id: lines[0]?.id, at: 1_795_248_000, event: expect.objectContaining({ class: "expired" }) },
      { id: lines[2]?.id, at: 1_795_248_000, event: null },
    ]);
  });
});
