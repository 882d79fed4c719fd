import { describe, expect, it } from "vitest";
import { rotateApiKeys } from "./api-keys-run.ts";
import { NAME, pass, runFor, served } from "./test-api-keys-run.ts";

/** Someone has typed a value of their own into the vault: it is told, and the right one is pushed. */
async function told() {
  const run = await served();
  run.world.vault.put(null);
  run.world.meddledAt = run.world.now;
  pass(run.world, 900);
  await rotateApiKeys(run.brain);
  return run;
}

describe("rotateApiKeys", () => {
  it("tells what a person should know, and within a minute that it is over", async () => {
    const run = await told();
    expect(run.reports.at(-1)).toMatchObject({
      concern: "api-keys",
      complete: true,
      conditions: [{ key: `api-key:${NAME}:unknown-in-vault`, severity: "critical" }],
    });
    pass(run.world, 60);
    await runFor(run, 2);
    expect(run.reports.at(-1)?.conditions).toEqual([]);
  });

  it("closes within a minute also what it told and found to be over in one second", async () => {
    const run = await served();
    run.asked.set(NAME, run.world.now);
    await rotateApiKeys(run.brain, true);
    await runFor(run, 10);
    run.world.vault.put(null);
    run.world.meddledAt = run.world.now;
    await rotateApiKeys(run.brain, true);
    await rotateApiKeys(run.brain, true);
    expect(run.records.at(-2)).toMatchObject({ event: "api-key.planned", step: "wait", reason: "grace" });
    expect(run.reports.at(-1)).toMatchObject({ complete: true, conditions: [] });
    expect(run.openIncidents()).toEqual([`api-key:${NAME}:unknown-in-vault`]);
    pass(run.world, 60);
    await rotateApiKeys(run.brain);
    expect(run.openIncidents()).toEqual([]);
  });

  it("closes what is over also when the first look that found it so could not tell", async () => {
    const run = await told();
    run.state.isAlertsAway = true;
    for (let minute = 0; minute < 2; minute += 1) {
      pass(run.world, 60);
      expect((await rotateApiKeys(run.brain)).trouble).toEqual([
        "what holds of api-keys could not be told: Query failed, unreachable",
      ]);
    }
    run.state.isAlertsAway = false;
    pass(run.world, 60);
    await rotateApiKeys(run.brain);
    expect(run.openIncidents()).toEqual([]);
  });

  it("says that a key could not be looked at, and closes nothing by it", async () => {
    const run = await served();
    run.world.now += 900;
    run.world.away.hand = run.world.now + 3_600;
    expect(await rotateApiKeys(run.brain)).toMatchObject({
      keys: [{ name: NAME, state: "cannot-tell" }],
      problems: [{ name: NAME, code: "unreachable" }],
      trouble: [`${NAME}: listPropertiesOfSecretVersions failed, unreachable`],
    });
    expect(run.reports.at(-1)).toMatchObject({ complete: false, conditions: [] });
    run.world.now += 900;
    await rotateApiKeys(run.brain);
    expect(run.reports.at(-1)).toMatchObject({
      complete: false,
      conditions: [{ key: `api-key:${NAME}:vault-unreadable` }],
    });
  });

  it("closes nothing right after a label was moved, when nothing is learnt", async () => {
    const run = await served();
    run.asked.set(NAME, run.world.now);
    await rotateApiKeys(run.brain, true);
    run.world.now += 5;
    await rotateApiKeys(run.brain, true);
    expect(run.reports.at(-1)).toMatchObject({ complete: false, conditions: [] });
  });

  it("looks at nothing without the time for it, and says so", async () => {
    const run = await served();
    run.world.now += 900;
    run.state.remainingMs = 44_999;
    expect(await rotateApiKeys(run.brain)).toMatchObject({
      keys: [],
      problems: [{ name: NAME, code: "no-time-left" }],
      trouble: [`${NAME}: no-time-left`],
    });
    expect(run.world.calls.made).toEqual([]);
  });

  it("records each step that it takes, and goes on when that cannot be written down", async () => {
    const run = await served();
    run.asked.set(NAME, run.world.now);
    await rotateApiKeys(run.brain, true);
    expect(run.changes).toMatchObject([
      {
        concern: "keys",
        kind: "api-key",
        target: NAME,
        after: { step: "stage", outcome: "done" },
        reasons: ["make a new key: a person asked for it"],
        actor: "warrener-test-rotate-api-keys",
        requestIds: { lambda: "run-1" },
      },
    ]);
    run.state.isAuditAway = true;
    expect(await runFor(run, 4)).toEqual(["push"]);
    expect(run.changes).toHaveLength(1);
    expect(run.records).toContainEqual({
      level: "error",
      event: "api-key.unrecorded",
      key: NAME,
      code: "unreachable",
    });
  });

  it("is in trouble when the version whose key it is to push is gone", async () => {
    const run = await served();
    run.world.vault.put(null);
    run.world.meddledAt = run.world.now;
    pass(run.world, 900);
    const secret = { ...run.world.rotation().secret, readKey: async () => null };
    const report = await rotateApiKeys({ ...run.brain, secretOf: () => secret });
    expect(report.trouble).toEqual([`${NAME}: push-refused`]);
    expect(report.problems).toEqual([{ name: NAME, code: "push-refused" }]);
  });

  it("tells of a vault whose deleted secret nobody may see, tries it each quarter of an hour, and has looked", async () => {
    const run = await served();
    run.world.vault.versions = [];
    run.world.meddledAt = run.world.now;
    let tries = 0;
    const setKey = async () => {
      tries += 1;
      return "deleted" as const;
    };
    const vault = { ...run.world.rotation().vault, setKey };
    const brain = { ...run.brain, vaultOf: () => vault };
    const first = await rotateApiKeys(brain, true);
    expect([first.trouble, first.problems]).toEqual([[], []]);
    for (let minute = 0; minute < 29; minute += 1) {
      pass(run.world, 60);
      await rotateApiKeys(brain);
    }
    expect(tries).toBe(2);
    const { complete, conditions } = run.reports.at(-1) ?? {};
    expect(complete).toBe(true);
    expect(conditions).toMatchObject([{ key: `api-key:${NAME}:vault-deleted`, severity: "critical" }]);
  });

  it("never says a key: neither in its log, nor in what it tells, keeps or answers", async () => {
    const run = await served();
    run.asked.set(NAME, run.world.now);
    const answers = [await rotateApiKeys(run.brain, true)];
    await runFor(run, 10);
    answers.push(await rotateApiKeys(run.brain, true));
    const said = JSON.stringify([run.records, run.reports, run.changes, [...run.kept], answers]);
    const values = [...run.world.secret.versions.values()].map(({ value }) => value.unwrap());
    const keys = values.flatMap((value) => /"key":"([^"]{43})"/.exec(value)?.[1] ?? []);
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(said).not.toContain(key);
  });
});
