import { afterEach, describe, expect, it } from "vitest";
import { CHANNEL, refusalOf, startSlack, type TestSlack, type TestSlackOptions } from "./test-slack.ts";

const opened: TestSlack[] = [];

async function start(options: TestSlackOptions = {}): Promise<TestSlack> {
  const started = await startSlack(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const section = (text: string, type = "mrkdwn") => ({ type: "section", text: { type, text } });
const details = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    return await call;
  } catch (error) {
    return Reflect.get(Object(error), "data");
  }
};

describe("blocks", () => {
  const refused = async (blocks: unknown) => {
    const { client, close } = await startSlack();
    const data = await details(client().apiCall("chat.postMessage", { channel: CHANNEL, text: "x", blocks }));
    await close();
    return data;
  };
  const faults = (blocks: unknown) =>
    refused(blocks).then((data) => ({ error: Object(data).error, errors: Object(data).errors }));
  const invalid = (...errors: string[]) => ({ error: "invalid_blocks", errors });

  it("are refused beyond each limit, with the place", async () => {
    const field = { type: "mrkdwn", text: "x" };
    const header = { type: "header", text: { type: "plain_text", text: "x".repeat(151) } };
    for (const [block, fault] of [
      [header, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"],
      [section("x".repeat(3_001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"],
      [section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"],
      [
        { type: "section", fields: Array.from({ length: 11 }, () => field) },
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
      ],
      [
        { type: "section", fields: [{ type: "mrkdwn", text: "x".repeat(2_001) }] },
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
      ],
      [
        { type: "context", elements: Array.from({ length: 11 }, () => field) },
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
      ],
      [
        { ...section("x"), block_id: "x".repeat(256) },
        "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
      ],
      [{ type: "section" }, "missing required field: text [json-pointer:/blocks/0]"],
    ] as const) {
      expect(await faults([block])).toEqual(invalid(fault));
    }
    expect(await faults(Array.from({ length: 51 }, () => section("x")))).toEqual(
      invalid("no more than 50 items allowed [json-pointer:/blocks]"),
    );
  });

  it("are refused when unknown, of the wrong kind of text, or no list", async () => {
    expect(await refused([{ type: "riddle" }])).toMatchObject({ error: "invalid_blocks" });
    expect(await refused([{ type: "header", text: { type: "mrkdwn", text: "x" } }])).toMatchObject({
      error: "invalid_blocks",
    });
    const emoji = { type: "mrkdwn", text: "x", emoji: false };
    expect(await refused([{ type: "section", text: emoji }])).toMatchObject({ error: "invalid_blocks" });
    const twice = { ...section("x"), block_id: "same" };
    expect(await refused([twice, twice])).toMatchObject({ error: "invalid_blocks" });
    expect(await refused({ type: "section" })).toMatchObject({ error: "invalid_blocks_format" });
    expect(await refused("[{")).toMatchObject({ error: "invalid_blocks_format" });
  });

  it("are refused when they are too long together, without a reason", async () => {
    const blocks = Array.from({ length: 5 }, () => section("x".repeat(2_900)));
    expect(await refused(blocks)).toEqual({
      ok: false,
      error: "msg_blocks_too_long",
      response_metadata: {},
    });
  });

  it("that the stand-in does not know are answered 501, never with success", async () => {
    const { client } = await start();
    const call = client().apiCall("chat.postMessage", { channel: CHANNEL, blocks: [{ type: "rich_text" }] });
    expect(await refusalOf(call)).toBe(501);
  });
});
