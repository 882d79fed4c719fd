/** The deployed function rotates the keys of all tunnels, over both clouds' stand-ins and through the deployed hand. */
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { RUN_EVERY_MS, until } from "../../demo/chapter.ts";
import { deployed } from "../deployed.ts";
import type { Stack } from "../stack.ts";

const NAMES = ["new-a", "one-a", "one-b"];

const Planned = z.object({
  frozen: z.boolean(),
  tunnels: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      step: z.string().nullable(),
      waiting: z.string().nullable(),
    }),
  ),
});

export function promisePreSharedKeyRotation(stack: () => Stack): void {
  let down = 0;
  const note = () => {
    const tunnels = stack().vpn.tunnels();
    down = Math.max(down, tunnels.filter(({ upSince }) => upSince === undefined).length);
  };

  beforeAll(() => {
    note();
    stack().vpn.onChange(note);
  });

  const ends = (name: string) => {
    const { aws, azure } = stack().vpn.tunnel(name);
    return [aws.preSharedKey, azure?.preSharedKey ?? ""];
  };

  const plan = async () => {
    const answer = await deployed(stack(), "RotatePreSharedKeys").invoke({ run: "plan" });
    return answer.ok ? Planned.parse(answer.payload) : null;
  };

  /** Looks as the schedules would, until all keys are in order. */
  const lookUntilInOrder = async () => {
    const look = async () => {
      await deployed(stack(), "WatchTunnels").invoke({});
      expect(await deployed(stack(), "RotatePreSharedKeys").invoke({})).toMatchObject({ ok: true });
      const planned = await plan();
      return planned?.tunnels.every(
        ({ state, step, waiting }) => state === "in-order" && step === null && waiting === null,
      );
    };
    await until("every key is in order", look, 140_000, RUN_EVERY_MS);
  };

  describe("the deployed function, of pre-shared keys", { concurrent: false }, () => {
    it("finds the created tunnel down, as each cloud has made a key of its own", () => {
      expect(new Set(ends("new-a")).size).toBe(2);
      expect(down).toBe(1);
    });

    it("says what it would do first, which is to store what AWS has", async () => {
      expect(await plan()).toMatchObject({
        frozen: false,
        tunnels: [
          { name: "new-a", step: "new-a: store the key that AWS's end has: nothing is stored" },
          {},
          {},
        ],
      });
    });

    it("gives a created tunnel its first key, and then all tunnels keys of its own, never two down at once", {
      timeout: 150_000,
    }, async () => {
      const before = NAMES.map((name) => ends(name)[0]);
      await lookUntilInOrder();
      for (const [index, name] of NAMES.entries()) {
        const [aws, azure] = ends(name);
        expect(aws).toMatch(/^[A-Za-f][A-Za-z0-9._]{43}$/);
        expect(azure).toBe(aws);
        expect(aws).not.toBe(before[index]);
        expect(stack().vpn.tunnel(name).upSince).toBeDefined();
      }
      expect(down).toBe(1);
    });

    it("brings back a tunnel whose Azure end somebody has given another key", {
      timeout: 150_000,
    }, async () => {
      const [stored] = ends("one-a");
      stack().vpn.setAzureKey("one-a", "a.strangers_key_for_one_end");
      note();
      await until("it is lost", () => stack().vpn.tunnel("one-a").upSince === undefined);
      await lookUntilInOrder();
      await until("it is up again", () => stack().vpn.tunnel("one-a").upSince !== undefined);
      expect(ends("one-a")).toEqual([stored, stored]);
      expect(down).toBe(1);
    });
  });
}
