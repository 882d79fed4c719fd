import { InvokeCommand, type InvokeCommandInput, LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, describe, expect, it } from "vitest";
import { Refusal } from "../../stand-in/operations.ts";
import type { InvocationResult } from "../async-invoke.ts";
import type { AwsServer } from "../server.ts";
import { accountId, region, roleArn, startWorld, type WorldOptions } from "../test-world.ts";
import { LambdaApi } from "./lambda-api.ts";

const arn = `arn:aws:lambda:${region}:${accountId}:function:renew`;

let running: AwsServer | undefined;
afterEach(() => running?.close());

async function start(options: WorldOptions & { readonly result?: InvocationResult | Error } = {}) {
  const { result = { payload: '{"renewed":1}' }, ...world } = options;
  const api = new LambdaApi({ region, accountId });
  const ran: string[] = [];
  const queued: string[] = [];
  api.addFunction(arn, {
    run: (_arn, payload) => {
      ran.push(payload);
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
    queue: (_arn, payload) => void queued.push(payload),
  });
  const started = await startWorld(() => [api.service], world);
  running = started.server;
  const sdk = new LambdaClient(started.client());
  const invoke = (input: Partial<InvokeCommandInput> = {}) =>
    sdk.send(new InvokeCommand({ FunctionName: "renew", ...input }));
  return { ...started, sdk, invoke, ran, queued };
}

describe("Invoke with RequestResponse", () => {
  it("runs the function with the event and answers what it answers", async () => {
    const { invoke, ran, queued } = await start();
    const answer = await invoke({ Payload: '{"run":"plan"}' });

    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(answer.FunctionError).toBeUndefined();
    expect(answer.Payload?.transformToString()).toBe('{"renewed":1}');
    expect(ran).toEqual(['{"run":"plan"}']);
    expect(queued).toEqual([]);
  });

  it("tells a function's failure in the answer, not as an error", async () => {
    const payload = '{"errorType":"TroubleError","errorMessage":"2 in trouble"}';
    const { invoke } = await start({ result: { functionError: "Unhandled", payload } });
    const answer = await invoke();

    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(answer.Payload?.transformToString()).toBe(payload);
  });

  it("gives a call without a body an empty event", async () => {
    const { invoke, ran } = await start();
    await invoke();
    expect(ran).toEqual(["{}"]);
  });

  it.each(["renew", `${accountId}:function:renew`, arn, "renew:$LATEST", `${arn}:$LATEST`])(
    "knows the function as %s",
    async (FunctionName) => {
      const { invoke, ran } = await start();
      await invoke({ FunctionName });
      expect(ran).toHaveLength(1);
    },
  );
});

describe("Invoke with Event", () => {
  it("takes the event for later and answers nothing", async () => {
    const { invoke, ran, queued } = await start();
    const answer = await invoke({ InvocationType: "Event", Payload: '{"a":1}' });

    expect(answer).toMatchObject({ StatusCode: 202 });
    expect(answer.Payload?.length ?? 0).toBe(0);
    expect(queued).toEqual(['{"a":1}']);
    expect(ran).toEqual([]);
  });
});

describe("Invoke with DryRun", () => {
  it("checks the permission and runs nothing", async () => {
    const { invoke, ran, queued } = await start();
    expect(await invoke({ InvocationType: "DryRun" })).toMatchObject({ StatusCode: 204 });
    expect([...ran, ...queued]).toEqual([]);
  });
});

describe("Invoke refuses", () => {
  it.each([
    ["a function that does not exist", { FunctionName: "rotate" }, "ResourceNotFoundException", 404],
    ["a version that was never published", { Qualifier: "live" }, "ResourceNotFoundException", 404],
    ["a version in the name", { FunctionName: `${arn}:7` }, "ResourceNotFoundException", 404],
    [
      "two versions that differ",
      { FunctionName: "renew:$LATEST", Qualifier: "7" },
      "InvalidParameterValueException",
      400,
    ],
    ["what is no function's name", { FunctionName: "re new" }, "ValidationException", 400],
    ["an event that is not JSON", { Payload: "{" }, "InvalidRequestContentException", 400],
    [
      "an event over 1 MB for later",
      { InvocationType: "Event" as const, Payload: JSON.stringify("a".repeat(1024 * 1024)) },
      "RequestTooLargeException",
      413,
    ],
    [
      "an event over 6 MB",
      { Payload: JSON.stringify("a".repeat(6 * 1024 * 1024)) },
      "RequestTooLargeException",
      413,
    ],
  ])("%s", async (_what, input, name, httpStatusCode) => {
    const { invoke, ran, queued } = await start();
    await expect(invoke(input)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    expect([...ran, ...queued]).toEqual([]);
  });

  it("with 429 when no environment is free", async () => {
    const { invoke } = await start({
      result: new Refusal(429, "TooManyRequestsException", "Rate Exceeded."),
    });
    await expect(invoke()).rejects.toMatchObject({
      name: "TooManyRequestsException",
      message: "Rate Exceeded.",
      $metadata: { httpStatusCode: 429 },
    });
  });

  it("a caller whose policy does not allow lambda:InvokeFunction on this function, and runs nothing", async () => {
    const asked: unknown[] = [];
    const { invoke, ran } = await start({
      authorize: (request) => {
        asked.push(request);
        return Promise.resolve("denied");
      },
    });
    await expect(invoke()).rejects.toMatchObject({
      name: "AccessDeniedException",
      $metadata: { httpStatusCode: 403 },
    });
    expect(asked).toEqual([
      {
        roleArn,
        sessionName: "warrener-rotate",
        action: "lambda:InvokeFunction",
        resource: arn,
        context: {},
      },
    ]);
    expect(ran).toEqual([]);
  });

  it("credentials that were never issued, and a token that has expired", async () => {
    const { server, client } = await start();
    const stranger = { ...client().credentials, accessKeyId: "LOCAL0000000000000000" };
    const invoke = new InvokeCommand({ FunctionName: "renew" });
    await expect(
      new LambdaClient({ endpoint: server.url, region, credentials: stranger, maxAttempts: 1 }).send(invoke),
    ).rejects.toMatchObject({ name: "UnrecognizedClientException", $metadata: { httpStatusCode: 403 } });
    await expect(new LambdaClient(client({ lifetimeSeconds: 0 })).send(invoke)).rejects.toMatchObject({
      name: "ExpiredTokenException",
    });
  });

  it("the end of a log with 501, in Lambda's own protocol", async () => {
    const { invoke, server } = await start();
    await expect(invoke({ LogType: "Tail" })).rejects.toMatchObject({
      name: "NotImplemented",
      $metadata: { httpStatusCode: 501 },
    });
    expect(server.troubles()).toHaveLength(1);
  });
});

describe("the record of calls", () => {
  it("has each call as lambda:Invoke with its caller and outcome", async () => {
    const { invoke, kernel } = await start();
    await invoke();
    await invoke({ FunctionName: "rotate" }).catch(() => undefined);

    expect(kernel.calls()).toMatchObject([
      { operation: "lambda:Invoke", caller: roleArn, outcome: "ok", mutates: true },
      { operation: "lambda:Invoke", caller: roleArn, outcome: "ResourceNotFoundException" },
    ]);
  });
});
