import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Sighting } from "../stand-in/kernel.ts";
import { type LambdaOptions, startLambda } from "./lambda.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A function whose bundle is this text. */
async function start(source: string, options: Partial<LambdaOptions> = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), "lambda-"));
  await writeFile(path.join(directory, "bundle.mjs"), source);
  const lines: string[] = [];
  const lambda = await startLambda({
    name: "test-function",
    directory,
    handler: "bundle.handler",
    env: {},
    memoryMb: 128,
    timeoutSeconds: 20,
    onLogLine: (line) => lines.push(line),
    ...options,
  });
  cleanups.push(async () => {
    await lambda.close();
    await rm(directory, { recursive: true });
  });
  return { lambda, lines };
}

const counter = "let invocations = 0; export const handler = async () => ++invocations;";
const hanging = "export const handler = () => new Promise(() => setInterval(() => {}, 1000));";

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

describe("a function that fails", () => {
  it("answers with the error that was thrown, and stays warm", async () => {
    const { lambda } = await start(
      "let n = 0; export const handler = async () => { if (++n === 1) throw new RangeError('too far'); return n; };",
    );
    expect(await lambda.invoke({})).toEqual({ ok: false, errorType: "RangeError", errorMessage: "too far" });
    expect(await lambda.invoke({})).toEqual({ ok: true, payload: 2 });
  });

  it("answers with an exit error when the process exits, and starts afresh", async () => {
    const { lambda } = await start(
      "let n = 0; export const handler = async (event) => { n++; if (event.exit) process.exit(3); return n; };",
    );
    expect(await lambda.invoke({ exit: true })).toMatchObject({
      ok: false,
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("exit status 3"),
    });
    expect(await lambda.invoke({})).toEqual({ ok: true, payload: 1 });
  });

  it("is stopped when its time is over", async () => {
    const { lambda } = await start(hanging, { timeoutSeconds: 0.1 });
    expect(await lambda.invoke({})).toMatchObject({
      ok: false,
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringContaining("Task timed out after 0.10 seconds"),
    });
  });

  it("answers with the error of a module that cannot be loaded", async () => {
    const { lambda } = await start(
      "throw new TypeError('no configuration'); export const handler = async () => {};",
    );
    expect(await lambda.invoke({})).toEqual({
      ok: false,
      errorType: "TypeError",
      errorMessage: "no configuration",
    });
  });

  it("answers with an error when there is no such handler", async () => {
    const { lambda } = await start(counter, { handler: "bundle.missing" });
    expect(await lambda.invoke({})).toMatchObject({ ok: false, errorType: "Runtime.HandlerNotFound" });
  });

  it("answers with an exit error when the process exits while it loads", async () => {
    const { lambda } = await start("process.exit(1);");
    expect(await lambda.invoke({})).toMatchObject({ ok: false, errorType: "Runtime.ExitError" });
  });

  it("is replaced when it dies between two invocations", async () => {
    const { lambda } = await start("export const handler = async () => process.pid;");
    const first = await lambda.invoke({});
    const pid = first.ok ? Number(first.payload) : Number.NaN;
    process.kill(pid, "SIGKILL");
    // As in the cloud, the next invocation may still be given to the process that is dying.
    const answers = [await lambda.invoke({}), await lambda.invoke({})];
    const last = answers.at(-1);
    expect(last).toEqual({ ok: true, payload: expect.any(Number) });
    expect(last).not.toEqual(first);
  });
});

describe("kill", () => {
  it("ends an invocation in the middle of its work, and the next one starts afresh", async () => {
    const source =
      "export const handler = async (event) => { console.log('working'); if (event.hang) await new Promise(() => setInterval(() => {}, 1000)); return 'done'; };";
    const { promise: working, resolve } = Promise.withResolvers<string>();
    const { lambda } = await start(source, { onLogLine: resolve });
    const crashed = lambda.invoke({ hang: true });
    await working;
    lambda.kill();
    expect(await crashed).toMatchObject({
      ok: false,
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("signal: killed"),
    });
    expect(await lambda.invoke({})).toEqual({ ok: true, payload: "done" });
  });

  it("ends an invocation that has not begun yet", async () => {
    const { lambda } = await start(hanging);
    const crashed = lambda.invoke({});
    await Promise.resolve();
    lambda.kill();
    expect(await crashed).toMatchObject({ ok: false, errorType: "Runtime.ExitError" });
  });

  it("leaves an idle environment alone", async () => {
    const { lambda } = await start(counter);
    await lambda.invoke({});
    lambda.kill();
    expect(await lambda.invoke({})).toEqual({ ok: true, payload: 2 });
  });
});

describe("close", () => {
  it("ends what still runs and takes nothing more", async () => {
    const { lambda } = await start(hanging);
    const unfinished = lambda.invoke({});
    await Promise.resolve();
    await lambda.close();
    expect(await unfinished).toMatchObject({ ok: false, errorType: "Runtime.ExitError" });
    await expect(lambda.invoke({})).rejects.toThrow("closed");
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
