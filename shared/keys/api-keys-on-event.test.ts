import { describe, expect, it } from "vitest";
import { servedWorld } from "../../local/model/api-key-days.ts";
import { linkDigest } from "../link/load.ts";
import { runOnEvent } from "./api-keys-on-event.ts";
import { link, NAME, openRun } from "./test-api-keys-run.ts";

async function start() {
  const world = await servedWorld();
  const run = openRun(world);
  await runOnEvent(run.brain, {});
  world.calls.made.length = 0;
  run.calls.length = 0;
  run.records.length = 0;
  return { world, ...run };
}

const head = { link: link.name, linkDigest: linkDigest(link) };

describe("runOnEvent", () => {
  it("runs for a schedule, and for whatever else says nothing of a run", async () => {
    for (const event of [{}, { source: "aws.secretsmanager" }, null, "text"]) {
      const { brain, records } = await start();
      await runOnEvent(brain, event);
      expect(records.map((record) => record["event"])).toEqual(["run.finished"]);
    }
  });

  it("looks at once when another concern of the link wakes it, though nothing is due", async () => {
    const { world, brain } = await start();
    await runOnEvent(brain, { "detail-type": "Warrener Change", detail: { target: "api-keys" } });
    expect(world.calls.made).toEqual([]);
    await runOnEvent(brain, { "detail-type": "Warrener Wake", detail: { target: "api-keys" } });
    expect(world.calls.made.map(({ operation }) => operation)).toEqual([
      "DescribeSecret",
      "listPropertiesOfSecretVersions",
    ]);
  });

  it("says how a key stands to a person who asks, and writes, tells and logs nothing", async () => {
    const { world, brain, calls, records, reports, kept } = await start();
    const before = { kept: [...kept], told: reports.length };
    const current = world.secret.labelsOf(world.secret.placed).current;
    expect(await runOnEvent(brain, { run: "plan" })).toEqual({
      ...head,
      at: world.now,
      frozen: false,
      keys: [
        {
          name: NAME,
          bunny: "bunny",
          keyId: current?.key?.id,
          createdAt: current?.createdAt,
          dueAt: (current?.createdAt ?? 0) + 30 * 86_400,
          state: "in-order",
          step: null,
          waiting: null,
          troubles: [],
        },
      ],
      problems: [],
      trouble: [],
    });
    expect({ kept: [...kept], told: reports.length }).toEqual(before);
    expect({ calls, records }).toEqual({ calls: ["read"], records: [] });
  });

  it("says what comes next of a key that is asked for", async () => {
    const { world, brain, asked } = await start();
    asked.set(NAME, world.now);
    expect(await runOnEvent(brain, { run: "plan" })).toMatchObject({
      keys: [{ state: "rotating", step: "make a new key: a person asked for it" }],
    });
  });

  it("says what could not be asked, and is in no trouble by that", async () => {
    const { world, brain } = await start();
    world.away.secret = world.now + 60;
    expect(await runOnEvent(brain, { run: "plan" })).toMatchObject({
      keys: [{ keyId: null, createdAt: null, dueAt: null, state: "cannot-tell" }],
      problems: [{ name: NAME, code: "unreachable" }],
      trouble: [],
    });
  });

  it("remembers what a person asks for, and looks after it at once", async () => {
    const { world, brain, asked, records, changes } = await start();
    const actor = "arn:aws:iam::111122223333:role/person";
    expect(await runOnEvent(brain, { run: "rotate", name: NAME, actor })).toMatchObject({
      outcome: "asked",
      ...head,
      keys: [{ name: NAME, state: "rotating" }],
      trouble: [],
    });
    expect(asked).toEqual(new Map([[NAME, world.now]]));
    expect(changes.filter(({ kind }) => kind === "ask")).toMatchObject([
      { concern: "keys", target: NAME, actor, before: null, after: null, requestIds: { lambda: "run-1" } },
    ]);
    expect(records.slice(0, 2)).toMatchObject([
      { event: "api-key.asked", key: NAME, actor },
      { event: "api-key.planned", key: NAME, step: "stage", reason: "asked-for", outcome: "done" },
    ]);
  });

  it("asks for nothing that the history does not take", async () => {
    const { brain, asked, state } = await start();
    state.isAuditAway = true;
    await expect(runOnEvent(brain, { run: "rotate", name: NAME })).rejects.toMatchObject({
      code: "unreachable",
    });
    expect(asked.size).toBe(0);
  });

  it("refuses what the link has no key for", async () => {
    const { world, brain, asked } = await start();
    const refused = { outcome: "refused", reason: "unknown-name", ...head, trouble: [] };
    expect(await runOnEvent(brain, { run: "rotate", name: "one-a" })).toEqual(refused);
    expect(asked.size).toBe(0);
    expect(world.calls.made).toEqual([]);
  });

  it("remembers a wish while the link is frozen, and does nothing of it before a thaw", async () => {
    const { brain, asked, state, records } = await start();
    const word = { frozen: true, reason: "audit", by: "alice", at: 1, settled: false } as const;
    const { freeze: thawed } = state;
    state.freeze = { frozen: true, word };
    for (const event of [{ run: "rotate", name: NAME }, {}])
      expect(await runOnEvent(brain, event)).toMatchObject({ frozen: true });
    expect(asked.size).toBe(1);
    const steps = () => records.filter(({ event }) => event === "api-key.planned");
    expect(steps().map(({ outcome }) => outcome)).toEqual(["not-allowed", "not-allowed"]);
    state.freeze = thawed;
    await runOnEvent(brain, {});
    expect(steps().at(-1)).toMatchObject({ step: "stage", reason: "asked-for", outcome: "done" });
  });

  it.each([
    { run: "rotat", name: NAME },
    { run: "rotate" },
    { run: "rotate", name: NAME, key: "x" },
    { run: "plan", names: [NAME] },
    { run: 1 },
  ])("takes %o for no run at all", async (event) => {
    const { brain, calls } = await start();
    await expect(runOnEvent(brain, event)).rejects.toMatchObject({ name: "ContractError" });
    expect(calls).toEqual([]);
  });
});
