import { describe, expect, it } from "vitest";
import { modelRows } from "../../local/model/rows.ts";
import { raiseFence } from "./hand.ts";

describe("raiseFence", () => {
  it("lets a holder in whose number is the highest so far, and again with the same", async () => {
    const rows = modelRows();
    expect(await raiseFence(rows, 9)).toBeNull();
    expect(await raiseFence(rows, 10)).toBeNull();
    expect(await raiseFence(rows, 10)).toBeNull();
  });

  it("lets no holder in who comes after a later one", async () => {
    const rows = modelRows();
    await raiseFence(rows, 10);
    expect(await raiseFence(rows, 9)).toMatchObject({ reason: "lease-lost" });
    expect(rows.texts.get("control/fence")).toBe("10");
  });

  it("writes no number down that is far above the highest: one call could end all work for good", async () => {
    const rows = modelRows();
    await raiseFence(rows, 10);
    expect(await raiseFence(rows, 999_999_999_999_999)).toMatchObject({ reason: "lease-far-ahead" });
    expect(await raiseFence(rows, 1_000_011)).toMatchObject({ reason: "lease-far-ahead" });
    expect(rows.texts.get("control/fence")).toBe("10");
    expect(await raiseFence(rows, 1_000_010)).toBeNull();
  });

  it("takes any number when there is no row: so a person who deletes it lets the next run in", async () => {
    expect(await raiseFence(modelRows(), 5_000_000)).toBeNull();
  });

  it("writes over what is no number", async () => {
    const rows = modelRows();
    await rows.insert({ partition: "control", name: "fence" }, "ten");
    expect(await raiseFence(rows, 1)).toBeNull();
  });

  it("lets nobody in when the table cannot be read", async () => {
    const rows = modelRows();
    rows.trouble = "ServerBusy";
    await expect(raiseFence(rows, 1)).rejects.toMatchObject({ code: "ServerBusy" });
  });
});
