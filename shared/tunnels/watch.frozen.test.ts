/** While the link is frozen no tunnel is mended from either half, and everything else goes on. */
import { describe, expect, it } from "vitest";
import { createTunnelsModel, type TunnelsModel } from "../../local/model/tunnels.ts";
import { refuseWhileFrozen } from "../freeze/hand.ts";
import { UNREADABLE } from "../freeze/schema.ts";

const WRITES = ["tunnels.replace", "hand.tunnels-reset"];
const writes = ({ calls }: TunnelsModel) => calls.brain.filter(({ name }) => WRITES.includes(name));

describe("watchTunnels, while the link is frozen", () => {
  it("mends nothing, is green, says so, and goes on observing and telling", async () => {
    const model = createTunnelsModel();
    model.freeze.freeze(model.clock.now());
    model.cut("one-a", "one-b");
    for (let minute = 0; minute < 20; minute += 1) {
      expect((await model.watch()).trouble).toEqual([]);
      await model.tell();
      model.clock.advance(60);
    }
    expect(writes(model)).toEqual([]);
    expect(model.calls.count("lease.acquire")).toBe(0);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "run.frozen", reason: "a move of the gateway" }),
    );
    expect(model.store.standing.get("tunnels")).toMatchObject({ severity: "critical", state: "open" });
    expect(model.store.standing.get("freeze")).toMatchObject({ state: "open" });
  });

  it("freezes the hand in its first run, which then resets nothing, whoever asks", async () => {
    const model = createTunnelsModel();
    model.freeze.freeze(model.clock.now());
    await model.watch();
    expect(await refuseWhileFrozen(model.rows)).toMatchObject({ reason: "frozen" });
    const answer = await model
      .watcher()
      .hand("tunnels.reset", { name: "one-a", outsideIp: "198.51.100.10", fence: 1 });
    expect(answer).toMatchObject({ outcome: "refused", reason: "frozen" });
    expect(model.repairs).toEqual([]);
  });

  it("mends as ever after the thaw, which reaches the hand in the same run", async () => {
    const model = createTunnelsModel();
    model.cut("one-a");
    model.freeze.freeze(model.clock.now());
    await model.watchFor(10);
    expect(model.repairs).toEqual([]);
    model.freeze.thaw(model.clock.now());
    await model.watchFor(1);
    expect(model.repairs).toEqual(["reset-azure one-a"]);
    expect(model.store.history.size).toBe(1);
  });

  it.each(["a word that cannot be read", "a table that does not answer"])(
    "changes nothing for %s",
    async (what) => {
      const model = createTunnelsModel();
      model.cut("one-a");
      if (what === "a word that cannot be read") {
        model.freeze.stands = UNREADABLE;
        for (let minute = 0; minute < 10; minute += 1) {
          await model.watch();
          model.clock.advance(60);
        }
      } else {
        model.calls.fail({ call: "memory.read", when: "before", code: "unreachable" });
        await expect(model.watch()).rejects.toMatchObject({ code: "unreachable" });
      }
      expect(writes(model)).toEqual([]);
    },
  );
});

describe("watchTunnels, and the hand's notes", () => {
  it("files what the hand has noted of a reset, and has it forgotten", async () => {
    const model = createTunnelsModel();
    model.cut("one-a");
    await model.watchFor(6);
    expect(model.repairs).toEqual(["reset-azure one-a"]);
    expect(model.audit.changes).toMatchObject([
      {
        ...{ kind: "hand-note", concern: "tunnels", target: "one-a", actor: "hand" },
        after: { act: "tunnels.reset", outcome: "resetting" },
      },
    ]);
    expect([...model.rows.texts.keys()].filter((key) => key.startsWith("notes/"))).toEqual([]);
  });

  it("fails, and tells of the tunnels all the same, when they cannot be collected", async () => {
    const model = createTunnelsModel();
    model.cut("one-a");
    model.calls.fail({ call: "hand.collect", when: "before", code: "unreachable" });
    expect((await model.watch()).trouble).toEqual([
      "the notes of Azure's half could not be collected: unreachable",
    ]);
    expect(model.store.standing.get("tunnels")).toMatchObject({ state: "open" });
  });
});
