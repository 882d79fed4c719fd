import { describe, expect, it } from "vitest";
import { KeyWorld } from "../../local/model/api-keys.ts";
import { rotateApiKeys } from "./api-keys-run.ts";
import { NAME, openRun, pass, runFor, served } from "./test-api-keys-run.ts";

describe("rotateApiKeys", () => {
  it("reads what it has written down, and asks no cloud while there is nothing to look at", async () => {
    const run = await served();
    await rotateApiKeys(run.brain);
    expect(run.world.calls.made).toEqual([]);
    expect(run.calls).toEqual(["read"]);
    expect(run.records).toEqual([
      { level: "info", event: "run.finished", keys: 1, looks: 0, trouble: 0, durationSeconds: 0 },
    ]);
    expect(run.reports).toHaveLength(1);
  });

  it("looks every 15 minutes all the same: people move labels, and disable what is in vaults", async () => {
    const run = await served();
    run.world.now += 899;
    await rotateApiKeys(run.brain);
    expect(run.world.calls.made).toEqual([]);
    run.world.now += 1;
    await rotateApiKeys(run.brain);
    expect(run.world.calls.made.map(({ operation }) => operation)).toEqual([
      "DescribeSecret",
      "listPropertiesOfSecretVersions",
    ]);
  });

  it("makes the first key of a link, and rotates it when its time has come, nobody being refused", async () => {
    const world = new KeyWorld();
    const run = { world, ...openRun(world) };
    expect((await runFor(run, 6)).slice(0, 2)).toEqual(["stage", "push"]);
    world.addPod("bunny-0");
    await runFor(run, 5);
    world.now += 30 * 86_400;
    pass(world, 300);
    expect(await runFor(run, 60)).toEqual(["stage", "push", "promote", "retire"]);
    expect(world.broken).toEqual([]);
    expect(world.pods.map(({ refusedPolls }) => refusedPolls)).toEqual([0]);
  });

  it("looks in each minute of a rotation, but for those in which only time can pass", async () => {
    const run = await served();
    run.asked.set(NAME, run.world.now);
    await rotateApiKeys(run.brain, true);
    await runFor(run, 10);
    const looks = run.records.filter(({ event }) => event === "api-key.planned");
    expect(looks.map(({ step, reason }) => `${step} ${reason ?? ""}`.trim())).toContain("wait grace");
    run.world.calls.made.length = 0;
    await runFor(run, 3);
    expect(run.world.calls.made).toEqual([]);
  });

  it("takes away what was asked for once it is done", async () => {
    const run = await served();
    run.asked.set(NAME, run.world.now);
    await rotateApiKeys(run.brain, true);
    expect(run.asked.size).toBe(1);
    await runFor(run, 50);
    expect(run.asked.size).toBe(0);
    expect(run.world.broken).toEqual([]);
  });

  it("holds the lease for what it writes, and for nothing else", async () => {
    const run = await served();
    run.world.now += 900;
    await rotateApiKeys(run.brain);
    expect(run.calls).not.toContain("acquire");
    run.asked.set(NAME, run.world.now);
    await rotateApiKeys(run.brain, true);
    expect(run.calls.slice(-2)).toEqual(["acquire", "release"]);
  });

  it("changes nothing while another run has the lease, says who, and goes on afterwards", async () => {
    const run = await served();
    run.state.heldBy = "other-run";
    run.asked.set(NAME, run.world.now);
    await rotateApiKeys(run.brain, true);
    expect(run.records).toContainEqual({
      level: "info",
      event: "api-key.withheld",
      key: NAME,
      code: "lease-held",
      holder: "other-run",
      until: run.world.now + 60,
    });
    expect(run.world.calls.made.map(({ operation }) => operation)).not.toContain("PutSecretValue");
    run.state.heldBy = null;
    pass(run.world, 60);
    expect(await runFor(run, 8)).toEqual(["stage", "push", "promote"]);
  });

  it("changes nothing in a frozen link, remembers what it sees, and says once that it is frozen", async () => {
    const run = await served();
    run.state.freeze = {
      frozen: true,
      word: { frozen: true, reason: "audit", by: "alice", at: 1, settled: false },
    };
    run.asked.set(NAME, run.world.now);
    run.world.vault.enable(false);
    const { movedAt, pushAsked } = run.kept.get(NAME)?.memory ?? {};
    for (let minute = 0; minute < 3; minute += 1) {
      await rotateApiKeys(run.brain, true);
      run.world.now += 60;
    }
    expect(run.records.filter(({ event }) => event === "run.frozen")).toHaveLength(3);
    expect(run.world.calls.made.map(({ operation }) => operation)).not.toContain("PutSecretValue");
    expect(run.calls).not.toContain("acquire");
    expect(run.kept.get(NAME)?.memory).toMatchObject({ movedAt, pushAsked });
    expect(run.reports.at(-1)?.conditions.map(({ key }) => key)).toEqual([`api-key:${NAME}:vault-disabled`]);
  });

  it("writes nothing without the time for it", async () => {
    const run = await served();
    run.asked.set(NAME, run.world.now);
    let left = 60_000;
    const remainingMs = () => {
      left -= 10_001;
      return left;
    };
    await rotateApiKeys({ ...run.brain, remainingMs }, true);
    const withheld = run.records.find(({ event }) => event === "api-key.withheld");
    expect(withheld).toMatchObject({ code: "no-time-left" });
    expect(run.world.calls.made.map(({ operation }) => operation)).not.toContain("PutSecretValue");
  });

  it("changes nothing when what it does cannot be written down", async () => {
    const run = await served();
    run.asked.set(NAME, run.world.now);
    run.state.isTableAway = true;
    expect((await rotateApiKeys(run.brain, true)).trouble).toEqual([`${NAME}: PutItem failed, unreachable`]);
    expect(run.records.map(({ event }) => event)).toContain("api-key.not-looked-at");
    expect(run.world.calls.made.map(({ operation }) => operation)).not.toContain("PutSecretValue");
  });
});
