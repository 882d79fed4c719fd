import { describe, expect, it } from "vitest";
import { modelRows } from "../../local/model/rows.ts";
import { CloudError } from "../runtime/errors.ts";
import { keepFreeze, refuseWhileFrozen } from "./hand.ts";

const NOW = 1_795_248_000;
const clock = () => NOW;
const freeze = { frozen: true, reason: "a move of the gateway", at: NOW };
const thaw = { frozen: false, reason: "", at: NOW };
const KEPT = "control/freeze";

describe("keepFreeze", () => {
  it("keeps a freeze, and the thaw that comes later", async () => {
    const rows = modelRows();
    expect(await keepFreeze({ rows, clock }, freeze)).toEqual({ outcome: "kept", frozen: true });
    expect(await refuseWhileFrozen(rows)).toMatchObject({ reason: "frozen" });
    const later = { ...thaw, at: NOW + 1 };
    expect(await keepFreeze({ rows, clock }, later)).toEqual({ outcome: "kept", frozen: false });
    expect(await refuseWhileFrozen(rows)).toBeNull();
  });

  it("never lets an older word override a newer one", async () => {
    const rows = modelRows();
    await keepFreeze({ rows, clock }, freeze);
    const older = await keepFreeze({ rows, clock }, { ...thaw, at: NOW - 1 });
    expect(older).toMatchObject({ outcome: "refused", reason: "older-word" });
    expect(await refuseWhileFrozen(rows)).not.toBeNull();
  });

  it("keeps a late word that says the same as the newer one from making it older", async () => {
    const rows = modelRows();
    await keepFreeze({ rows, clock }, freeze);
    await keepFreeze({ rows, clock }, { ...freeze, at: NOW + 60 });
    const between = await keepFreeze({ rows, clock }, { ...thaw, at: NOW + 30 });
    expect(between).toMatchObject({ reason: "older-word" });
  });

  it("keeps the freeze of two words of the same second, in whichever order they come", async () => {
    for (const words of [
      [freeze, thaw],
      [thaw, freeze],
    ]) {
      const rows = modelRows();
      for (const word of words) await keepFreeze({ rows, clock }, word);
      expect(await refuseWhileFrozen(rows)).toMatchObject({ reason: "frozen" });
    }
  });

  it("takes no word of a time to come: nobody could thaw the link before it", async () => {
    const rows = modelRows();
    await expect(keepFreeze({ rows, clock }, { ...freeze, at: NOW + 301 })).rejects.toMatchObject({
      name: "ContractError",
    });
    await keepFreeze({ rows, clock }, { ...freeze, at: NOW + 300 });
  });

  it("puts a word in the place of one that cannot be read", async () => {
    const rows = modelRows();
    await rows.insert({ partition: "control", name: "freeze" }, "{");
    await keepFreeze({ rows, clock }, thaw);
    expect(JSON.parse(rows.texts.get(KEPT) ?? "")).toEqual(thaw);
  });
});

describe("refuseWhileFrozen", () => {
  it("lets changes be made while nobody has ever frozen the link", async () => {
    expect(await refuseWhileFrozen(modelRows())).toBeNull();
  });

  it("says why the link is frozen", async () => {
    const rows = modelRows();
    await keepFreeze({ rows, clock }, freeze);
    expect(await refuseWhileFrozen(rows)).toEqual({
      outcome: "refused",
      reason: "frozen",
      detail: "the link is frozen: a move of the gateway",
    });
  });

  it.each(["", "{", "null", '{"frozen":"no"}'])("takes %j for a word that freezes", async (text) => {
    const rows = modelRows();
    await rows.insert({ partition: "control", name: "freeze" }, text);
    expect(await refuseWhileFrozen(rows)).toMatchObject({ reason: "frozen" });
  });

  it("does not know when the table cannot be read, whatever the reason, and may be asked again", async () => {
    const rows = modelRows();
    rows.read = async () => {
      throw new CloudError({
        provider: "azure",
        operation: "QueryEntities",
        target: "freeze",
        code: "AuthorizationPermissionMismatch",
        retryable: false,
      });
    };
    await expect(refuseWhileFrozen(rows)).rejects.toMatchObject({
      name: "CloudError",
      code: "AuthorizationPermissionMismatch",
      retryable: true,
    });
  });
});
