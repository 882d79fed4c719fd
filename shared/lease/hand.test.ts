import { describe, expect, it } from "vitest";
import { modelRows } from "../../local/model/rows.ts";
import { raiseFence } from "./hand.ts";

describe("raiseFence", () => {
  it("lets a holder in whose number is the highest so far, and again with the same", async () => {
    const rows = modelRows();
    expect(await raiseFence(rows, 9)).toBe(true);
    expect(await raiseFence(rows, 10)).toBe(true);
    expect(await raiseFence(rows, 10)).toBe(true);
  });

  it("lets no holder in who comes after a later one", async () => {
    const rows = modelRows();
    await raiseFence(rows, 10);
    expect(await raiseFence(rows, 9)).toBe(false);
    expect(rows.texts.get("control/fence")).toBe("10");
  });

  it("writes over what is no number", async () => {
    const rows = modelRows();
    await rows.insert({ partition: "control", name: "fence" }, "ten");
    expect(await raiseFence(rows, 1)).toBe(true);
  });

  it("lets nobody in when the table cannot be read", async () => {
    const rows = modelRows();
    rows.trouble = "ServerBusy";
    await expect(raiseFence(rows, 1)).rejects.toMatchObject({ code: "ServerBusy" });
  });
});
