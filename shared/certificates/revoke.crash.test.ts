import { describe, expect, it } from "vitest";
import { brokenPromises, isUsable } from "../../local/model/checks.ts";
import { deathPlaces, tellPlace } from "../../local/model/effects.ts";
import { inUse, newestOf, order, ordersOf, revokedBy } from "../../local/model/revoking.ts";

describe("renewCertificates, killed anywhere while it replaces and revokes", () => {
  const prepare = async () => {
    const model = await inUse();
    await order(model, newestOf(model).serial, "KEY_COMPROMISE");
    const { serial } = newestOf(model);
    model.calls.forget();
    return { model, serial };
  };

  it("has it replaced, revoked and recorded once by the run that follows", async () => {
    const clean = await prepare();
    await clean.model.run();
    const calls = [...clean.model.calls.brain];
    // Guards what follows: this is the whole path.
    expect(calls.map(({ name }) => name)).toContain("authority.revoke");
    for (const death of deathPlaces(calls)) {
      const place = tellPlace(death);
      const { model, serial } = await prepare();
      model.calls.dieAt(death);
      await model.run().catch(() => undefined);
      expect(isUsable(model), place).toBe(true);
      model.calls.forget();
      model.clock.advance(30);
      expect((await model.run()).trouble, place).toEqual([]);
      expect(revokedBy(model), place).toEqual([[serial, "KEY_COMPROMISE"]]);
      expect(ordersOf(model), place).toMatchObject([{ serial, state: "revoked" }]);
      expect(newestOf(model).serial, place).not.toBe(serial);
      const changes = model.audit.changes.filter(({ kind }) => kind === "revoke");
      expect(changes, place).toHaveLength(1);
      expect(brokenPromises(model), place).toEqual([]);
    }
  });
});
