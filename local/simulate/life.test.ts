/** Few short lives; `npm run simulate` lives many long ones. */
import { describe, expect, it } from "vitest";
import { START } from "../model/brain.ts";
import { live } from "./life.ts";
import { liveMany } from "./many.ts";
import { faultsOf } from "./seeds.ts";

const DAYS = 3;
const HOUR = 3_600;

describe("live", { timeout: 300_000 }, () => {
  it("keeps every promise through what its seed draws, and leaves the same log each time", async () => {
    const life = { seed: 5, days: DAYS, isCalm: false };
    const faults = faultsOf(life);
    const [one, again] = [await live({ ...life, faults }), await live({ ...life, faults })];
    expect(one.broken).toBeNull();
    expect(one.faulty).toBeGreaterThan(0);
    expect(again.hash).toBe(one.hash);
  });

  it("opens no incident when nothing goes wrong, but that of an exception which turns", async () => {
    const lived = await live({ seed: 4, days: DAYS, faults: [], isTraced: true });
    expect(lived.broken).toBeNull();
    const telling = lived.lines.filter((line) => / (incidents\.write|messenger\.)/.test(line));
    expect(telling.filter((line) => !line.includes(":exception:"))).toEqual([]);
  });

  it("begins nothing any more once its days are over, as then all has to come to rest", async () => {
    const flap = {
      kind: "tunnels-flap",
      periodSeconds: 831,
      at: START + 24.6 * HOUR,
      seconds: HOUR,
    } as const;
    expect((await live({ seed: 1, days: 1, faults: [flap] })).broken).toBeNull();
  });

  it.each([
    ["an exception begins", 23.5],
    ["an exception ends", 24.5],
    ["a tunnel's key is due", 76.5],
    ["a certificate is due", 106],
    ["an API key is due", 214.5],
  ])("comes to rest also when it ends shortly before %s", async (_what, hours) => {
    expect((await live({ seed: 1, days: hours / 24, faults: [] })).broken).toBeNull();
  });

  it("leaves another log for another seed", async () => {
    const [one, other] = [
      await live({ seed: 1, days: 1, faults: [] }),
      await live({ seed: 2, days: 1, faults: [] }),
    ];
    expect(one.hash).not.toBe(other.hash);
    expect(one.faulty).toBe(0);
  });

  it("leaves the same log in another thread, where templates and modules are other ones", async () => {
    const life = { seed: 5, days: 1, isCalm: false };
    const [there] = await liveMany([life], 1);
    expect(there?.hash).toBe((await live({ ...life, faults: faultsOf(life) })).hash);
  });

  it("tells of an outage of the hand, and is in order again after it", async () => {
    const lived = await live({
      seed: 3,
      days: 1,
      faults: [{ kind: "outage", services: ["function-app"], at: START + 4 * HOUR, seconds: 3 * HOUR }],
      isTraced: true,
    });
    expect(lived.broken).toBeNull();
    expect(lived.lines.filter((line) => /messenger\.post .*ok$/.test(line)).length).toBeGreaterThan(0);
  });
});
