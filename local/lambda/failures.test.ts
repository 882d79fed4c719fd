import { describe, expect, it } from "vitest";
import { counter, hanging, start } from "./test-function.ts";

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
