import { describe, expect, it } from "vitest";
import { UNREADABLE } from "../../shared/freeze/schema.ts";
import { createModel } from "../model/brain.ts";
import { sayFreeze, sayWord } from "./freeze.ts";
import { PERSON } from "./test-deployment.ts";

async function start() {
  const model = await createModel();
  const { link, audit, journal, clock } = model;
  const say = (reason: string | null) =>
    sayWord({ link, audit, freezes: journal.freeze, person: PERSON, now: clock.now() }, reason);
  return { ...model, say };
}

describe("sayWord", () => {
  it("freezes the link from the next run on, and records who did it and why", async () => {
    const model = await start();
    const { lines } = await model.say("a move of the gateway");
    expect(lines.join(" ")).toMatch(/changes nothing in either cloud.*told within 15 minutes/);
    expect((await model.run()).outcomes).toMatchObject([{ outcome: "frozen" }]);
    expect(model.audit.changes).toMatchObject([
      {
        kind: "freeze",
        concern: "freeze",
        target: "test-link",
        actor: PERSON,
        reasons: ["a move of the gateway"],
      },
    ]);
  });

  it("thaws it, and records what it ended", async () => {
    const model = await start();
    await model.say("a move of the gateway");
    model.clock.advance(60);
    await model.say(null);
    expect((await model.run()).outcomes).toMatchObject([{ outcome: "settled" }]);
    expect(model.audit.changes[1]).toMatchObject({
      ...{ kind: "thaw", actor: PERSON },
      before: { frozen: "a move of the gateway", frozenBy: PERSON },
    });
  });

  it("gives each word a later time than the last one has, whatever this machine's clock says", async () => {
    const model = await start();
    const { word: first } = await model.say("one");
    const { word: second } = await model.say(null);
    expect(second.at).toBe(first.at + 1);
    model.journal.freeze.freeze(first.at + 500);
    expect((await model.say(null)).word.at).toBe(first.at + 501);
  });

  it("says the thaw again where the link is not frozen: the hand may be", async () => {
    const model = await start();
    const { lines, word } = await model.say(null);
    expect(lines[0]).toBe("The link was not frozen. It is said again all the same.");
    expect(model.journal.freeze.stands.word).toEqual(word);
  });

  it("puts another word in the place of one that cannot be read", async () => {
    const model = await start();
    model.journal.freeze.stands = UNREADABLE;
    await model.say(null);
    expect(model.journal.freeze.stands.frozen).toBe(false);
  });

  it("changes nothing when somebody else was faster, and records nothing", async () => {
    const model = await start();
    const { freeze } = model.journal;
    const { link, audit } = model;
    const read = async () => {
      const before = await freeze.read();
      freeze.freeze(model.clock.now() + 10);
      return before;
    };
    const freezes = { read, say: freeze.say };
    const parts = { link, audit, freezes, person: PERSON, now: model.clock.now() };
    await expect(sayWord(parts, null)).rejects.toMatchObject({ name: "ConfigError" });
    expect(freeze.stands.frozen).toBe(true);
    expect(audit.changes).toEqual([]);
  });
});

describe("sayFreeze", () => {
  const moment = { now: 1_795_248_060, timeZone: "UTC" };

  it("says nothing while the link is not frozen, and else who, why and since when", async () => {
    const model = await start();
    expect(sayFreeze(model.journal.freeze.stands, moment)).toEqual([]);
    await model.say("a move of the gateway");
    expect(sayFreeze(model.journal.freeze.stands, moment)[0]).toBe(
      `FROZEN   since 2026-11-21 08:00:00 UTC, 1 minute ago, by ${PERSON}: a move of the gateway. Nothing is changed in either cloud before \`thaw\`.`,
    );
  });

  it("says what to do about a word that cannot be read", () => {
    expect(sayFreeze(UNREADABLE, moment)[0]).toMatch(/cannot be read \(`thaw` or `freeze`/);
  });
});
