import { describe, expect, it } from "vitest";
import type { Sighting } from "../stand-in/kernel.ts";
import { counter, start } from "./test-function.ts";

describe("invoke", () => {
  it("passes the event in and the answer out", async () => {
    const { lambda } = await start("export const handler = async (event) => ({ doubled: event.n * 2 });");
    expect(await lambda.invoke({ n: 21 })).toEqual({ ok: true, payload: { doubled: 42 } });
  });

  it("answers nothing when the handler returns nothing", async () => {
    const { lambda } = await start("export const handler = async () => {};");
    expect(await lambda.invoke({})).toEqual({ ok: true, payload: null });
  });

  it("keeps the environment warm for the next invocation", async () => {
    const { lambda } = await start(counter);
    expect(await lambda.invoke({})).toEqual({ ok: true, payload: 1 });
    expect(await lambda.invoke({})).toEqual({ ok: true, payload: 2 });
  });

  it("has an environment ready before its first invocation, which takes it", async () => {
    const { lambda, lines } = await start(`console.log("loaded"); ${counter}`);
    await lambda.warm();
    await lambda.invoke({});
    expect(await lambda.invoke({})).toEqual({ ok: true, payload: 2 });
    expect(lines.filter((line) => line.includes("loaded"))).toHaveLength(1);
  });

  it("goes on with another environment when the one that was to be ready does not load", async () => {
    const { lambda } = await start('throw new Error("broken at load");');
    await lambda.warm();
    expect(await lambda.invoke({})).toMatchObject({ ok: false });
  });

  it("starts another environment while one is busy", async () => {
    const { lambda } = await start(counter);
    const both = await Promise.all([lambda.invoke({}), lambda.invoke({})]);
    expect(both).toEqual([
      { ok: true, payload: 1 },
      { ok: true, payload: 1 },
    ]);
  });

  it("throttles more invocations at once than an account may have", async () => {
    const { lambda } = await start(counter);
    const results = await Promise.all(Array.from({ length: 11 }, () => lambda.invoke({})));
    const refused = results.filter((result) => !result.ok);
    expect(refused).toEqual([
      { ok: false, errorType: "TooManyRequestsException", errorMessage: "Rate Exceeded." },
    ]);
  });

  it("throttles more than are reserved for it, and those only while they run", async () => {
    const { lambda } = await start(counter, { concurrencyMax: 1 });
    const [first, second] = await Promise.all([lambda.invoke({}), lambda.invoke({})]);
    expect([first?.ok, second]).toEqual([
      true,
      { ok: false, errorType: "TooManyRequestsException", errorMessage: "Rate Exceeded." },
    ]);
    expect(await lambda.invoke({})).toEqual({ ok: true, payload: 2 });
  });

  it("gives the function its own variables and Lambda's, and no others", async () => {
    const { lambda } = await start("export const handler = async () => process.env;", {
      env: { MINE: "1", AWS_REGION: "eu-west-1" },
    });
    const result = await lambda.invoke({});
    expect(result).toMatchObject({
      ok: true,
      payload: {
        MINE: "1",
        AWS_REGION: "eu-west-1",
        AWS_LAMBDA_FUNCTION_NAME: "test-function",
        AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      },
    });
    const names = Object.keys(result.ok ? Object(result.payload) : {});
    const expected = /^(PATH|LANG|TZ|_HANDLER|_X_AMZN_TRACE_ID|MINE|AWS_\w+|LAMBDA_\w+)$/;
    expect(names.filter((name) => !expected.test(name))).toEqual([]);
  });

  it("tells the handler who it is and how long it has", async () => {
    const source = `export const handler = async (_event, context) =>
      ({ arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis() });`;
    const arn = "arn:aws:lambda:eu-west-2:123456789012:function:real";
    const { lambda } = await start(source, { arn });
    const result = await lambda.invoke({});
    expect(result).toMatchObject({ ok: true, payload: { arn } });
    const left = result.ok ? Object(result.payload).left : undefined;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(20_000);
  });

  it("hands log lines over before the answer, as JSON with the request's id", async () => {
    const { lambda, lines } = await start(
      `export const handler = async (_e, { awsRequestId }) => { console.log("seen"); return awsRequestId; };`,
    );
    const result = await lambda.invoke({});
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: "INFO", message: "seen", requestId: result.ok ? result.payload : "no answer" },
    ]);
  });
});

describe("a function that logs a lot", () => {
  const chatty = "const talk = () => { for (let i = 0; i < 2000; i++) console.log('x'.repeat(1000)); };";

  it("has every line handed over before its answer", async () => {
    const { lambda, lines } = await start(`${chatty} export const handler = async () => talk();`);
    await lambda.invoke({});
    expect(lines.length).toBe(2_000);
  });

  it("is not held up by a line that it does not end", async () => {
    const { lambda, lines } = await start(
      "export const handler = async () => { process.stdout.write('half a line'); return 1; };",
    );
    expect(await lambda.invoke({})).toEqual({ ok: true, payload: 1 });
    expect(lines).toEqual(["half a line"]);
  });

  it("has every line handed over before its error", async () => {
    const { lambda, lines } = await start(
      `${chatty} export const handler = async () => { talk(); throw new Error("and then"); };`,
    );
    await lambda.invoke({});
    expect(lines.length).toBe(2_001);
  });
});

describe("the tap", () => {
  it("sees the event, each log line and the answer", async () => {
    const seen: Sighting[] = [];
    const { lambda } = await start(
      "export const handler = async () => { console.log('a line'); return 'an answer'; };",
      { tap: (sighting) => seen.push(sighting) },
    );
    await lambda.invoke({ secret: "an event" });
    const texts = seen.map(({ what, bytes }) => `${what}: ${Buffer.from(bytes).toString()}`);
    expect(texts).toEqual([
      expect.stringMatching(/^invocation: .*an event/),
      expect.stringMatching(/^log line: .*a line/),
      expect.stringMatching(/^invocation answer: .*an answer/),
    ]);
  });
});
