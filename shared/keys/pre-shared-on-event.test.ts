import { describe, expect, it } from "vitest";
import { linkDigest } from "../link/load.ts";
import { runOnEvent } from "./pre-shared-on-event.ts";
import { testBrain } from "./test-pre-shared-brain.ts";
import { calm, HOUR, lookFor } from "./test-pre-shared-link.ts";

describe("runOnEvent", () => {
  it("looks after the keys for a schedule, and for whatever does not say what it wants", async () => {
    for (const event of [{}, undefined, { source: "aws.events" }]) {
      const world = calm();
      expect(await runOnEvent(testBrain(world).brain, event)).toMatchObject({ outcome: "done" });
    }
  });

  it("only answers a person who asks for the plan", async () => {
    const world = calm();
    const answer = await runOnEvent(testBrain(world).brain, { run: "plan" });
    expect(answer).toMatchObject({ frozen: false, tunnels: [{ name: "tunnel-1" }, { name: "tunnel-2" }] });
    expect([...world.secrets.values()].every(({ versions }) => versions.size === 0)).toBe(true);
  });

  it("writes down what a person wants rotated, and begins at once, by the same plan", async () => {
    const world = calm();
    await lookFor(world, 6 * HOUR);
    const { brain, asked, actors, events, recorded } = testBrain(world);
    const { now } = world;
    const answer = await runOnEvent(brain, { run: "rotate", name: "tunnel-2", actor: "alice" });
    expect(actors).toEqual(["alice"]);
    expect(asked.get("tunnel-2")).toBe(now);
    expect(recorded.filter(({ kind }) => kind === "ask")).toMatchObject([
      { concern: "keys", target: "tunnel-2", actor: "alice", requestIds: { lambda: "run-1" } },
    ]);
    expect(events("pre-shared-key.asked")).toMatchObject([{ tunnel: "tunnel-2", actor: "alice" }]);
    expect(events("pre-shared-key.step")).toMatchObject([
      { tunnel: "tunnel-2", step: "stage", reason: "asked-for", outcome: "done" },
    ]);
    expect(answer).toMatchObject({
      outcome: "asked",
      tunnels: [{ state: "in-order" }, { state: "rotating", step: "tunnel-2: in Azure, set the new key" }],
      trouble: [],
    });
  });

  it("remembers a wish while the link is frozen, and does nothing of it before a thaw", async () => {
    const world = calm();
    await lookFor(world, 6 * HOUR);
    const { brain, asked, events } = testBrain(world);
    world.frozen = true;
    const answer = await runOnEvent(brain, { run: "rotate", name: "tunnel-2", actor: "alice" });
    expect(answer).toMatchObject({ outcome: "asked", frozen: true });
    expect(asked.size).toBe(1);
    expect(events("pre-shared-key.step")).toEqual([]);
    world.frozen = false;
    await runOnEvent(brain, {});
    expect(events("pre-shared-key.step")).toMatchObject([{ tunnel: "tunnel-2", reason: "asked-for" }]);
  });

  it("takes nobody's wish for a tunnel that the link has not, and no slip of the pen for a run", async () => {
    const { brain, asked } = testBrain(calm());
    expect(await runOnEvent(brain, { run: "rotate", name: "tunnel-3" })).toEqual({
      ...{ outcome: "refused", reason: "unknown-name" },
      ...{ link: brain.link.name, linkDigest: linkDigest(brain.link), trouble: [] },
    });
    for (const event of [
      { run: "rotate" },
      { run: "plans" },
      { run: "plan", name: "tunnel-1" },
      { run: null },
    ])
      await expect(runOnEvent(brain, event)).rejects.toMatchObject({ name: "ContractError" });
    expect(asked.size).toBe(0);
  });
});
