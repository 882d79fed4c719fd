/** A person asks for another certificate, of a model of the link. */
import { afterEach, describe, expect, it } from "vitest";
import { createModel, type Model } from "../model/brain.ts";
import { linkWith } from "../model/link.ts";
import { servingRelay } from "../model/relay.ts";
import { parseCommand } from "./command.ts";
import type { Deployment } from "./deployment.ts";
import { runCommand } from "./run-command.ts";
import { PERSON, startDeployment } from "./test-deployment.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(model: Model) {
  const { deployment, events, close } = await startDeployment(model);
  closing.push(close);
  const run = (text: string, changes: Partial<Deployment> = {}) => {
    const command = parseCommand(text.split(" "));
    if (command.verb === "local" || command.verb === "break-glass") throw new Error("not of a deployment");
    const moment = { now: model.clock.now(), timeZone: "UTC" };
    return runCommand({ ...deployment, ...changes }, command, moment);
  };
  return { run, events };
}

const latest = ({ authority }: Model) => authority.issues.at(-1)?.serial ?? "";

async function used() {
  const model = await createModel();
  await model.run();
  const serial = latest(model);
  model.usage.accept(serial, model.clock.now());
  await model.run();
  model.clock.advance(60);
  return { model, serial, ...(await start(model)) };
}

describe("runCommand, of a certificate that a person asks for", () => {
  it("asks the function that looks after it, by the serial that is there, and says what came of it", async () => {
    const { model, serial, run, events } = await used();
    const { lines, json, problem } = await run("rotate bunny-client");
    expect(lines).toEqual([
      `Asked for a new certificate: bunny-client, in the place of ${serial}.`,
      expect.stringMatching(
        new RegExp(`^Done: ${latest(model)} is there, until 2026-11-28 .* UTC, in 7 days`),
      ),
    ]);
    expect(latest(model)).not.toBe(serial);
    expect(json).toMatchObject({ name: "bunny-client", certificate: { current: { serial: latest(model) } } });
    expect(problem).toBeNull();
    expect(events).toEqual([
      'warrener-test-renew-certificates {"run":"plan","names":["bunny-client"]}',
      `warrener-test-renew-certificates {"run":"rotate","name":"bunny-client","serial":"${serial}","actor":"${PERSON}"}`,
    ]);
    const { lines: history } = await run("history bunny-client");
    const asked = history.findIndex((line) => line.includes("asked for a new one"));
    expect(history.slice(asked + 1, asked + 3)).toEqual([
      `    serial ${serial}`,
      expect.stringMatching(`^    by ${PERSON}`),
    ]);
    expect(history.join("\n")).toContain("requested a new certificate: a person asked for it");
  });

  it("says what it waits for, and so does whoever asks later", async () => {
    const model = await createModel();
    await model.run();
    const { run } = await start(model);
    const waits =
      /a person asked for another one, which waits until the present one is seen in use, at the latest until 2026-/;
    const { lines } = await run("rotate bunny-client");
    expect(lines[1]).toMatch(new RegExp(`^Next: ${waits.source}`));
    expect((await run("plan bunny-client")).lines[0]).toMatch(new RegExp(`^bunny-client: ${waits.source}`));
  });

  it("says that nothing is done before a thaw", async () => {
    const { model, run } = await used();
    model.journal.freeze.freeze(model.clock.now());
    expect((await run("rotate bunny-client")).lines[1]).toBe(
      "The link is frozen: nothing is done before it is thawed.",
    );
  });

  it("asks relay's function for relay's, and says who is served meanwhile", async () => {
    const model = await servingRelay();
    model.clock.advance(7_200);
    await model.run();
    const { run, events } = await start(model);
    const { lines } = await run("rotate relay-server");
    expect(lines[1]).toMatch(/^Done: /);
    expect(lines[2]).toBe("relay serves the other one until it may take its place.");
    expect(events.every((event) => event.startsWith("warrener-test-renew-relay-certificate "))).toBe(true);
  });

  it("asks for nothing where there is no certificate yet, or it cannot be read", async () => {
    const model = await createModel();
    const { run } = await start(model);
    await expect(run("rotate bunny-client")).rejects.toThrow(
      "bunny-client has no certificate yet: a run requests one anyway",
    );
    model.calls.fail({ call: "hand.observe", nth: 1, when: "before", code: "unreachable" });
    await expect(run("rotate bunny-client")).rejects.toThrow(
      /^bunny-client cannot be rotated now: it could not be read: .* failed with unreachable/,
    );
    expect(model.journal.asks.size).toBe(0);
  });

  it("asks for nothing of a deployment that has another link", async () => {
    const { model, run } = await used();
    await expect(run("rotate bunny-client", { link: linkWith({ lifetime: "6 days" }) })).rejects.toThrow(
      "was deployed from another link",
    );
    expect(model.journal.asks.size).toBe(0);
  });
});
