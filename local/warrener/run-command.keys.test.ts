import { afterEach, describe, expect, it } from "vitest";
import type { InvocationResult } from "../aws/async-invoke.ts";
import { createModel } from "../model/brain.ts";
import { parseCommand } from "./command.ts";
import { runCommand } from "./run-command.ts";
import { type AnswerKeys, PERSON, startDeployment } from "./test-deployment.ts";
import { apiKeysPlan, KEYS_LINK, preSharedPlan, trustPlan } from "./test-keys.ts";
import { NOW } from "./test-plans.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const answerWith = (answer: object) => (): InvocationResult => ({ payload: JSON.stringify(answer) });
const IN_ORDER: AnswerKeys = {
  apiKeys: answerWith(apiKeysPlan()),
  preSharedKeys: answerWith(preSharedPlan()),
  trust: answerWith(trustPlan()),
};

/** Everything is in order, unless `answers` say otherwise. */
async function start(answers: AnswerKeys = {}) {
  const model = await createModel({ link: KEYS_LINK });
  const all = { ...IN_ORDER, ...answers };
  const { deployment, events, close } = await startDeployment(model, undefined, all);
  closing.push(close);
  const run = (text: string) => {
    const command = parseCommand(text.split(" "));
    if (command.verb === "local" || command.verb === "break-glass")
      throw new Error("that is not asked of a deployment");
    return runCommand(deployment, command, { now: NOW, timeZone: "UTC" });
  };
  return { run, events, model };
}

describe("runCommand, of the status of keys and trust", () => {
  it("shows each with its age, its due date and its state, and never a value", async () => {
    const { run } = await start();
    const { lines, json, problem } = await run("status");
    expect(lines).toContain(
      "OK       bunny-key     API key of bunny; id 0123456789abcdef, made 12 days ago, due in 18 days",
    );
    expect(lines).toContain("OK       one-a         pre-shared key; made 12 days ago, due in 18 days");
    expect(lines).toContain("OK       trust-bundle  trust bundle 7; 2 serials no longer welcome");
    expect(lines.map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        "CA CN=Example CA (00112233), open, issues; ends in 2 years 170 days",
        "relay: loaded",
        "Change of CA: no other CA is named.",
      ]),
    );
    expect(json).toMatchObject({ keys: [{ name: "bunny-key", standing: "ok" }, {}, {}], trust: {} });
    expect(problem).toBeNull();
  });

  it("shows what is under way and what it waits for", async () => {
    const waiting = preSharedPlan({ state: "rotating", waiting: "its window is closed" });
    const { run } = await start({
      apiKeys: answerWith(apiKeysPlan({ state: "rotating", step: "make a new key: a person asked for it" })),
      preSharedKeys: answerWith(waiting),
    });
    const lines = (await run("status")).lines.map((line) => line.replace(/^(\w*) +/, "$1 "));
    expect(lines).toContain(
      "DUE bunny-key     API key of bunny; id 0123456789abcdef, made 12 days ago, due in 18 days",
    );
    expect(lines).toContain(" the next run, within a minute: make a new key: a person asked for it.");
    expect(lines).toContain(" it waits: its window is closed.");
  });

  it.each([
    ["has a step to come", { step: "one-a: store the key that AWS's end has: nothing is stored" }],
    ["is not there yet", { createdAt: null, dueAt: null }],
    ["is due this second, and waits", { dueAt: NOW, waiting: "its window is closed" }],
  ])("calls a key due that %s", async (_case, changes) => {
    const { run } = await start({ preSharedKeys: answerWith(preSharedPlan(changes)) });
    const { lines } = await run("status");
    expect(lines.filter((line) => line.includes(" one-a "))).toEqual([
      expect.stringMatching(/^DUE {6}one-a /),
    ]);
  });

  it("says a tunnel's step without its name", async () => {
    const step = "one-a: store the key that AWS's end has: nothing is stored";
    const { run } = await start({ preSharedKeys: answerWith(preSharedPlan({ step, createdAt: null })) });
    const { lines } = await run("plan one-a");
    const rest = "store the key that AWS's end has: nothing is stored";
    expect(lines).toEqual([`one-a: the next run, within a minute: ${rest}.`]);
  });

  it("shows trouble first, names it, and keeps what could not be told from what is not there", async () => {
    const { run } = await start({
      apiKeys: answerWith(
        apiKeysPlan({ state: "trouble", troubles: ["bunny does not use what its vault has"] }),
      ),
      preSharedKeys: answerWith(
        preSharedPlan({}, { tunnels: [], problems: [{ name: "one-a", code: "unreachable" }] }),
      ),
      trust: answerWith(trustPlan({ troubles: ["relay has not loaded it"] })),
    });
    const { lines, problem } = await run("status");
    const text = lines.join("\n");
    expect(text).toContain("Trouble: bunny does not use what its vault has.");
    expect(text).toContain("pre-shared key; it could not be read: unreachable; the next run tries again");
    expect(text).toContain(
      "pre-shared key; the deployed function does not look after it, and may be of another link",
    );
    expect(problem).toMatch(/^in trouble: bunny-key, one-a, one-b, trust-bundle\. /);
  });

  it("is trouble where the state cannot be told, and where only a part could be read", async () => {
    const { run } = await start({
      apiKeys: answerWith(apiKeysPlan({ state: "cannot-tell", createdAt: null, dueAt: null })),
      preSharedKeys: answerWith(preSharedPlan({}, { problems: [{ name: "one-b", code: "AccessDenied" }] })),
    });
    const { lines, problem } = await run("status");
    expect(lines.join("\n")).toContain("API key of bunny; nobody can tell whether there is one");
    expect(lines.join("\n")).toContain("Not all of it could be read: AccessDenied.");
    expect(problem).toMatch(/^in trouble: bunny-key, one-b\. /);
  });

  it("says when the functions were deployed from another link", async () => {
    const { run } = await start({ apiKeys: answerWith(apiKeysPlan({}, { linkDigest: "f".repeat(64) })) });
    expect((await run("status")).problem).toMatch(/^the function was deployed from another link/);
  });
});

describe("runCommand, of the plan of one key", () => {
  it("says what comes next, and asks nobody who does not look after it", async () => {
    const { run, events } = await start();
    const { lines } = await run("plan bunny-key");
    expect(lines).toEqual(["bunny-key: no change is due before 2026-12-09 08:00:00 UTC, in 18 days."]);
    expect(events).toEqual(['warrener-test-rotate-api-keys {"run":"plan"}']);
  });

  it("explains what it is, how it stands and what comes next", async () => {
    const { run } = await start({
      preSharedKeys: answerWith(preSharedPlan({ dueAt: null, troubles: ["its ends differ"] })),
    });
    expect((await run("explain one-a")).lines).toEqual([
      "one-a: the pre-shared key of a tunnel, the same at both ends.",
      "Now: made 12 days ago, replaced only when asked for.",
      "Trouble: its ends differ.",
      "Next: no change is due.",
    ]);
  });
});

describe("runCommand, of a rotation that a person asks for", () => {
  const ROTATE = `{"run":"rotate","name":"bunny-key","actor":"${PERSON}"}`;

  it("asks the function that looks after it, in the person's name, and says what comes first", async () => {
    const { run, events } = await start({
      apiKeys: answerWith(
        apiKeysPlan({ state: "rotating", waiting: "relay's replicas get time to load it" }),
      ),
    });
    const { lines, problem } = await run("rotate bunny-key");
    expect(lines).toEqual([
      "Asked for a new key: bunny-key.",
      "It waits: relay's replicas get time to load it.",
    ]);
    expect(problem).toBeNull();
    expect(events).toEqual([
      'warrener-test-rotate-api-keys {"run":"plan"}',
      `warrener-test-rotate-api-keys ${ROTATE}`,
    ]);
  });

  it("asks for a tunnel's key of the other function", async () => {
    const { run, events } = await start({
      preSharedKeys: answerWith(preSharedPlan({ step: "one-a: make a new key: a person asked for it" })),
    });
    const { lines } = await run("rotate one-a");
    expect(lines[1]).toBe("Next, within a minute: one-a: make a new key: a person asked for it.");
    expect(events.every((event) => event.startsWith("warrener-test-rotate-pre-shared-keys "))).toBe(true);
  });

  it("says that nothing is done before a thaw", async () => {
    const { run } = await start({ apiKeys: answerWith(apiKeysPlan({}, { frozen: true })) });
    expect((await run("rotate bunny-key")).lines[1]).toBe(
      "The link is frozen: nothing is done before it is thawed.",
    );
  });

  it("says, when the function fails, that it may be asked for all the same", async () => {
    const { run } = await start({
      apiKeys: (event) =>
        JSON.stringify(event).includes("rotate")
          ? {
              payload: '{"errorType":"Error","errorMessage":"bunny-key: unreachable"}',
              functionError: "Unhandled",
            }
          : answerWith(apiKeysPlan())(),
    });
    await expect(run("rotate bunny-key")).rejects.toThrow(/unreachable.*It may be asked for all the same/);
  });

  it("refuses what the link has not, before anybody is asked", async () => {
    const { run, events } = await start();
    await expect(run("rotate carrot")).rejects.toThrow(
      /^the link has no certificate and no key carrot: it has bunny-client, bunny-key, one-a, one-b$/,
    );
    expect(events).toEqual([]);
  });

  it.each([
    ["unknown-name", /^bunny-key was not asked for: the deployed function does not look after it/],
    ["no-room", /^bunny-key was not asked for: no-room$/],
  ])("says that it was not asked for when the function refuses it as %s", async (reason, words) => {
    const refused = answerWith({ outcome: "refused", reason });
    const { run } = await start({
      apiKeys: (event) =>
        JSON.stringify(event).includes("rotate") ? refused() : answerWith(apiKeysPlan())(),
    });
    await expect(run("rotate bunny-key")).rejects.toThrow(words);
  });

  it("asks for nothing of a deployment that has another link", async () => {
    const { run, events } = await start({
      apiKeys: answerWith(apiKeysPlan({}, { linkDigest: "f".repeat(64) })),
    });
    await expect(run("rotate bunny-key")).rejects.toThrow("was deployed from another link");
    expect(events).toEqual(['warrener-test-rotate-api-keys {"run":"plan"}']);
  });
});
