/** What a person reads when the functions answer, by those functions' own answers. */
import { afterEach, describe, expect, it } from "vitest";
import { runOnEvent as onCertificatesEvent } from "../../shared/certificates/on-event.ts";
import type { Freeze } from "../../shared/freeze/schema.ts";
import { runOnEvent as onKeysEvent } from "../../shared/keys/api-keys-on-event.ts";
import { runOnEvent as onTunnelsEvent } from "../../shared/keys/pre-shared-on-event.ts";
import { link, NAME, served } from "../../shared/keys/test-api-keys-run.ts";
import { testBrain } from "../../shared/keys/test-pre-shared-brain.ts";
import { calm } from "../../shared/keys/test-pre-shared-link.ts";
import { createModel } from "../model/brain.ts";
import { RenewAnswer, RotateAnswer, sayRefused } from "./rotate-answer.ts";
import { rotateNamed } from "./run-keys.ts";
import { startDeployment } from "./test-deployment.ts";
import { context } from "./test-plans.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const FROZEN: Freeze = {
  frozen: true,
  word: { frozen: true, reason: "audit", by: "alice", at: 1, settled: false },
};

/** A link of one API key, in order, with the function that looks after it. */
async function start() {
  const run = await served();
  const model = await createModel({ link });
  const apiKeys = async (event: unknown) => ({
    payload: JSON.stringify(await onKeysEvent(run.brain, event)),
  });
  const { deployment, close } = await startDeployment(model, undefined, { apiKeys });
  closing.push(close);
  return { ...run, rotate: () => rotateNamed(deployment, NAME, context) };
}

describe("rotate, by the function's own answer", () => {
  it("says that it was asked for, and what comes next", async () => {
    const { rotate, asked } = await start();
    const { lines, problem } = await rotate();
    expect(lines[0]).toBe(`Asked for a new key: ${NAME}.`);
    expect(lines).toHaveLength(2);
    expect(problem).toBeNull();
    expect(asked.size).toBe(1);
  });

  it("says of a frozen link that it waits for a thaw, and is remembered until then", async () => {
    const { rotate, asked, state } = await start();
    state.freeze = FROZEN;
    expect((await rotate()).lines).toEqual([
      `Asked for a new key: ${NAME}.`,
      "The link is frozen: nothing is done before it is thawed.",
    ]);
    expect(asked.size).toBe(1);
  });
});

const EVENT = { run: "rotate", name: "carrot", serial: "ab12", actor: "alice" };
const { serial: _, ...KEY_EVENT } = EVENT;

describe("a name that the deployed function does not know", () => {
  it.each([
    [
      "certificates",
      async () => RenewAnswer.parse(await onCertificatesEvent((await createModel()).brain(), EVENT)),
    ],
    ["API keys", async () => RotateAnswer.parse(await onKeysEvent((await served()).brain, KEY_EVENT))],
    [
      "pre-shared keys",
      async () => RotateAnswer.parse(await onTunnelsEvent(testBrain(calm()).brain, KEY_EVENT)),
    ],
  ])(
    "is refused by the one for %s, which the command line tells from a wish that it took",
    async (_of, ask) => {
      expect(sayRefused(await ask())).toMatch(/^the deployed function does not look after it/);
    },
  );
});
