import { afterEach, describe, expect, it } from "vitest";
import { createModel } from "../model/brain.ts";
import { parseCommand } from "./command.ts";
import { runCommand } from "./run-command.ts";
import { PERSON, startDeployment } from "./test-deployment.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** With its first certificate, seen in use. */
async function renewed() {
  const model = await createModel();
  await model.run();
  model.usage.accept(model.authority.issues[0]?.serial ?? "", model.clock.now());
  const { deployment, close } = await startDeployment(model);
  closing.push(close);
  const run = async (text: string) => {
    const command = parseCommand(text.split(" "));
    if (command.verb === "local" || command.verb === "break-glass")
      throw new Error("that is not asked of a deployment");
    return await runCommand(deployment, command, { now: model.clock.now(), timeZone: "UTC" });
  };
  return { model, run };
}

describe("runCommand, of a freeze", () => {
  it("freezes and thaws the link in the person's name, and status shows it first", async () => {
    const { run, model } = await renewed();
    await run("freeze --reason maintenance");
    expect(model.journal.freeze.stands.word).toMatchObject({ reason: "maintenance", by: PERSON });
    const frozen = await run("status");
    expect(frozen.lines[1]).toMatch(/^FROZEN {3}since .*: maintenance\. Nothing is changed/);
    expect(frozen).toMatchObject({ json: { freeze: { frozen: true } }, problem: null });
    const planned = await run("plan");
    expect(planned.lines[0]).toBe("The link is frozen: nothing of this is done before it is thawed.");
    await run("thaw");
    expect((await run("status")).lines.join()).not.toContain("FROZEN");
    expect((await run("plan")).lines[0]).not.toContain("frozen");
    expect(model.audit.changes.slice(-2)).toMatchObject([
      { kind: "freeze", actor: PERSON },
      { kind: "thaw", actor: PERSON },
    ]);
  });

  it("says which permission the table asks for, and that nothing was frozen", async () => {
    const { run, model } = await renewed();
    model.calls.fail({ call: "freeze.say", when: "before", code: "AccessDeniedException" });
    await expect(run("freeze --reason maintenance")).rejects.toThrow(
      "they need dynamodb:Query, GetItem and PutItem",
    );
    expect(model.journal.freeze.stands.frozen).toBe(false);
  });

  it("leaves the hand's notes out of what it explains", async () => {
    const { run, model } = await renewed();
    await model.audit.record({
      ...{ id: "0".repeat(32), link: "test-link", linkDigest: "0".repeat(64), concern: "certificates" },
      ...{
        target: "bunny-client",
        kind: "hand-note",
        before: null,
        reasons: [],
        actor: "hand",
        requestIds: {},
      },
      after: { act: "certificates.merge", outcome: "merged" },
    });
    expect((await run("explain bunny-client")).lines.join()).not.toContain("noted");
    expect((await run("history bunny-client")).lines.join()).toContain("noted by Azure's half");
  });
});
