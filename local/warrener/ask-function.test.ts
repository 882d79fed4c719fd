import { LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import type { InvocationResult } from "../aws/async-invoke.ts";
import { LambdaApi } from "../aws/lambda-api/lambda-api.ts";
import type { AwsServer } from "../aws/server.ts";
import { accountId, region, startWorld, type WorldOptions } from "../aws/test-world.ts";
import { askPlan } from "./ask-function.ts";
import { NOW, planned } from "./test-plans.ts";

const functionName = "warrener-test-renew-certificates";

let running: AwsServer | undefined;
afterEach(() => running?.close());

const ANSWER = { link: "test-link", linkDigest: "d", at: NOW, frozen: false, revocations: [] };

const Event = z.strictObject({ run: z.literal("plan"), names: z.array(z.string()) });
const answerTo = (payload: string): InvocationResult => {
  const certificates = Event.parse(JSON.parse(payload)).names.map((certificate) => planned({ certificate }));
  return { payload: JSON.stringify({ ...ANSWER, certificates }) };
};

async function start(run: (payload: string) => InvocationResult = answerTo, options: WorldOptions = {}) {
  const api = new LambdaApi({ region, accountId });
  const events: string[] = [];
  api.addFunction(`arn:aws:lambda:${region}:${accountId}:function:${functionName}`, {
    run: (_arn, payload) => {
      events.push(payload);
      return Promise.resolve(run(payload));
    },
    queue: () => {},
  });
  const world = await startWorld(() => [api.service], options);
  running = world.server;
  const client = new LambdaClient(world.client());
  const ask = (names: readonly string[], name = functionName) =>
    askPlan(client, { functionName: name, names });
  return { ...world, ask, events };
}

describe("askPlan, of what it refuses", () => {
  it("says what the function itself said when it failed, and where its log is", async () => {
    const payload = JSON.stringify({
      errorType: "ConfigError",
      errorMessage: "X is not set",
      trace: ["at x"],
    });
    const { ask } = await start(() => ({ functionError: "Unhandled", payload }));
    await expect(ask(["a"])).rejects.toMatchObject({
      name: "ConfigError",
      message: `${functionName} could not plan: ConfigError: X is not set. Its log group is /aws/lambda/${functionName}`,
    });
  });

  it("lets no control character of a failure reach the terminal", async () => {
    const payload = JSON.stringify({ errorType: "E", errorMessage: "\u001b[2J\nwarrener: all is well" });
    const { ask } = await start(() => ({ functionError: "Unhandled", payload }));
    await expect(ask(["a"])).rejects.toThrow("E: \\u001b[2J\\u000awarrener: all is well.");
  });

  it("says so of a failure without a text", async () => {
    const { ask } = await start(() => ({ functionError: "Unhandled", payload: "null" }));
    await expect(ask(["a"])).rejects.toThrow("could not plan: Unhandled.");
  });

  it.each(["", "null", "{}", '{"link":"l","linkDigest":"d","at":-1,"certificates":[]}'])(
    "takes %j for the answer of another version",
    async (payload) => {
      const { ask } = await start(() => ({ payload }));
      await expect(ask(["a"])).rejects.toThrow(/answered something else than was asked/);
    },
  );

  it("says which stage and account it may be when there is no such function", async () => {
    const { ask } = await start();
    await expect(ask(["a"], "warrener-tset-renew-certificates")).rejects.toThrow(
      /^the function warrener-tset-renew-certificates is not there, .*\(--stage\)/,
    );
  });

  it("says which permission is missing", async () => {
    const { ask } = await start(answerTo, { authorize: async () => "denied" });
    await expect(ask(["a"])).rejects.toThrow(/may not use the function .* need lambda:InvokeFunction/);
  });
});

describe("askPlan", () => {
  it("asks for a plan, and changes nothing", async () => {
    const { ask, events } = await start();
    const [answer] = await ask(["a", "b"]);
    expect(events).toEqual(['{"run":"plan","names":["a","b"]}']);
    expect(answer?.certificates).toEqual([planned({ certificate: "a" }), planned({ certificate: "b" })]);
  });

  it("asks for no more certificates at a time than fit into an answer", async () => {
    const { ask } = await start();
    const names = Array.from({ length: 1_001 }, (_, index) => `c-${index}`);
    const answers = await ask(names);
    expect(answers.map(({ certificates }) => certificates.length)).toEqual([500, 500, 1]);
    expect(answers.flatMap(({ certificates }) => certificates.map((one) => one.certificate))).toEqual(names);
  });

  it("asks nobody about nothing", async () => {
    const { ask, events } = await start();
    expect(await ask([])).toEqual([]);
    expect(events).toEqual([]);
  });

  it("reads past what a later version adds", async () => {
    const later = { ...planned(), mood: "good" };
    const payload = JSON.stringify({ ...ANSWER, certificates: [later], more: 1 });
    const { ask } = await start(() => ({ payload }));
    expect(await ask(["a"])).toMatchObject([{ certificates: [planned()] }]);
  });
});
