import { afterEach, describe, expect, it } from "vitest";
import type { InvocationResult } from "../aws/async-invoke.ts";
import { createModel } from "../model/brain.ts";
import { parseCommand } from "./command.ts";
import { runCommand } from "./run-command.ts";
import { type AnswerEvent, type AnswerKeys, startDeployment } from "./test-deployment.ts";
import { apiKeysPlan, KEYS_LINK, preSharedPlan, trustPlan } from "./test-keys.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const answerWith = (answer: object) => (): InvocationResult => ({ payload: JSON.stringify(answer) });
const FAILS: AnswerEvent = () => ({
  payload: '{"errorType":"CloudError","errorMessage":"Query failed: AccessDeniedException"}',
  functionError: "Unhandled",
});

async function start(answers: AnswerKeys) {
  const model = await createModel({ link: KEYS_LINK });
  await model.run();
  model.usage.accept(model.authority.issues[0]?.serial ?? "", model.clock.now());
  const inOrder = {
    apiKeys: answerWith(apiKeysPlan()),
    preSharedKeys: answerWith(preSharedPlan()),
    trust: answerWith(trustPlan()),
  };
  const { deployment, close } = await startDeployment(model, undefined, { ...inOrder, ...answers });
  closing.push(close);
  const run = (text: string, functions = deployment.functions) => {
    const command = parseCommand(text.split(" "));
    if (command.verb === "local" || command.verb === "break-glass") throw new Error("not of a deployment");
    const moment = { now: model.clock.now(), timeZone: "UTC" };
    return runCommand({ ...deployment, functions }, command, moment);
  };
  return { run, deployment, model };
}

const NOT_ANSWERED = {
  functionName: "warrener-test-rotate-pre-shared-keys",
  names: ["one-a", "one-b"],
  problem: expect.stringContaining("could not plan: CloudError: Query failed: AccessDeniedException"),
};

describe("runCommand, of a link of which one function does not answer", () => {
  it("shows in status that function as trouble, and how all the others' things stand", async () => {
    const { run } = await start({ preSharedKeys: FAILS });
    const { lines, json, problem } = await run("status");
    const rows = lines.slice(1).filter((line) => /^[A-Z]/.test(line));
    expect(rows.map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      ["TROUBLE", "warrener-test-rotate-pre-shared-keys"],
      ["OK", "bunny-client"],
      ["OK", "bunny-key"],
      ["OK", "trust-bundle"],
    ]);
    const text = lines.map((line) => line.trim());
    expect(text).toContainEqual(
      expect.stringMatching(/^warrener-test-rotate-pre-shared-keys could not plan: /),
    );
    expect(text).toContain("Nothing is known now of one-a, one-b.");
    expect(problem).toMatch(/^in trouble: warrener-test-rotate-pre-shared-keys\. /);
    expect(json).toMatchObject({ keys: [{ name: "bunny-key" }], unanswered: [NOT_ANSWERED] });
  });

  it("shows so in a plan too, which is no whole one", async () => {
    const { run } = await start({ preSharedKeys: FAILS });
    const { lines, json, problem } = await run("plan");
    expect(lines[0]).toMatch(/^TROUBLE +warrener-test-rotate-pre-shared-keys +it gave no answer$/);
    expect(lines.some((line) => line.startsWith("bunny-client: "))).toBe(true);
    expect(lines.some((line) => line.startsWith("bunny-key: "))).toBe(true);
    expect(problem).toMatch(/^in trouble: warrener-test-rotate-pre-shared-keys\. /);
    expect(json).toMatchObject({ unanswered: [NOT_ANSWERED] });
  });

  it("takes an answer that it cannot read for none", async () => {
    const { run } = await start({ trust: answerWith({ trust: "all is well" }) });
    const { lines, json } = await run("status");
    const text = lines.join("\n");
    expect(text).toContain("answered something else than was asked");
    expect(text).toContain("Nothing is known now of trust-bundle.");
    expect(json).toMatchObject({ trust: null, unanswered: [{ names: ["trust-bundle"] }] });
  });

  it("takes a function that is not there for one, and its certificate's orders for not settled", async () => {
    const { run, deployment, model } = await start({});
    const serial = model.authority.issues[0]?.serial ?? "";
    await run("revoke bunny-client --reason key-compromise");
    const { lines, json } = await run("status", { ...deployment.functions, bunnies: "warrener-test-gone" });
    const text = lines.join("\n");
    expect(text).toMatch(/TROUBLE +warrener-test-gone /);
    expect(text).toContain("Nothing is known now of bunny-client.");
    expect(json).toMatchObject({ certificates: [], orders: [{ serial }] });
    expect(text).toContain("The certificate could not be read now.");
  });

  it("has nothing to say when nobody answers, and says why", async () => {
    const { run, deployment } = await start({ apiKeys: FAILS, preSharedKeys: FAILS, trust: FAILS });
    const gone = { ...deployment.functions, bunnies: "warrener-test-gone" };
    for (const verb of ["status", "plan"])
      await expect(run(verb, gone)).rejects.toThrow(
        /the function warrener-test-gone is not there, .*AccessDenied/,
      );
  });

  it("has nothing to say of one thing that the function looks after", async () => {
    const { run } = await start({ preSharedKeys: FAILS });
    for (const verb of ["plan", "explain", "rotate"])
      await expect(run(`${verb} one-a`)).rejects.toThrow("rotate-pre-shared-keys could not plan: ");
    expect((await run("plan bunny-key")).problem).toBeNull();
  });
});
