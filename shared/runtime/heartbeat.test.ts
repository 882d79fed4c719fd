import middy from "@middy/core";
import { describe, expect, it } from "vitest";
import { heartbeat } from "./heartbeat.ts";
import { failOnTrouble } from "./lambda.ts";

/** What a run writes that is reported on like this. */
async function run(event: unknown, trouble: readonly string[] = [], runs?: readonly string[]) {
  const written: string[] = [];
  const handler = middy<unknown, { readonly trouble: readonly string[] }>()
    .use(
      heartbeat({
        clockMs: () => 1_795_248_000_000,
        write: (text) => written.push(text),
        ...(runs === undefined ? {} : { runs }),
      }),
    )
    .use(failOnTrouble())
    .handler(async () => ({ trouble }));
  const ended = await handler(event, { functionName: "app-watch" } as never).then(
    () => "succeeded",
    () => "failed",
  );
  return { ended, written };
}

describe("heartbeat", () => {
  it("writes one metric of the function, alone on its line, when a scheduled run ends without trouble", async () => {
    const { ended, written } = await run({});
    expect(ended).toBe("succeeded");
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^\{[^\n]*\}\n$/);
    expect(JSON.parse(written[0] ?? "")).toEqual({
      _aws: {
        Timestamp: 1_795_248_000_000,
        CloudWatchMetrics: [
          {
            Namespace: "Warrener",
            Dimensions: [["Function"]],
            Metrics: [{ Name: "Succeeded", Unit: "Count" }],
          },
        ],
      },
      level: "INFO",
      event: "run.succeeded",
      Function: "app-watch",
      Succeeded: 1,
    });
  });

  it("writes another metric for a run that has a schedule of its own, so that one cannot hide the other's silence", async () => {
    const { written } = await run({ run: "tend" }, [], ["tend"]);
    expect(JSON.parse(written[0] ?? "")).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Dimensions: [["Function", "Run"]] }] },
      Function: "app-watch",
      Run: "tend",
      Succeeded: 1,
    });
    const plain = await run({}, [], ["tend"]);
    expect(JSON.parse(plain.written[0] ?? "")).not.toHaveProperty("Run");
  });

  it("writes nothing for a run that ends in trouble", async () => {
    expect(await run({}, ["one-a: overdue"])).toEqual({ ended: "failed", written: [] });
  });

  it("writes nothing for one whose trouble fails nobody either", async () => {
    const written: string[] = [];
    const handler = middy<unknown, { readonly trouble: readonly string[] }>()
      .use(heartbeat({ clockMs: () => 0, write: (text) => written.push(text) }))
      .use(failOnTrouble({ forgives: () => true }))
      .handler(async () => ({ trouble: ["the table is away"] }));
    await handler({}, { functionName: "app-watch" } as never);
    expect(written).toEqual([]);
  });

  it.each([
    ["an event", { source: "aws.health", detail: {} }],
    ["a person's question", { run: "plan" }],
    ["a run without a schedule of its own", { run: "tend" }],
    ["no event at all", null],
  ])(
    "writes nothing for a run that was started by %s, which says nothing of the schedule",
    async (_by, event) => {
      expect(await run(event)).toEqual({ ended: "succeeded", written: [] });
    },
  );
});
