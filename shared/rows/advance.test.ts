import { describe, expect, it } from "vitest";
import { modelRows } from "../../local/model/rows.ts";
import { advanceRow } from "./advance.ts";

const KEY = { partition: "control", name: "fence" };
const higherThan = (mine: number) => (stored: string) => Number(stored) < mine;

describe("advanceRow", () => {
  it("writes the first word, and over an earlier one", async () => {
    const rows = modelRows();
    expect(await advanceRow(rows, KEY, "1", higherThan(1))).toBe("written");
    expect(await advanceRow(rows, KEY, "2", higherThan(2))).toBe("written");
    expect(rows.texts.get("control/fence")).toBe("2");
  });

  it("leaves a later word as it is", async () => {
    const rows = modelRows();
    await advanceRow(rows, KEY, "2", higherThan(2));
    expect(await advanceRow(rows, KEY, "1", higherThan(1))).toBe("older");
    expect(rows.texts.get("control/fence")).toBe("2");
  });

  it("takes the same word for written, as when the answer to the first call was lost", async () => {
    const rows = modelRows();
    await advanceRow(rows, KEY, "2", higherThan(2));
    expect(await advanceRow(rows, KEY, "2", () => false)).toBe("written");
  });

  it.each([
    ["a later one", "3", "older", "3"],
    ["an earlier one", "1", "written", "2"],
  ])("decides anew when another writer puts %s there first", async (_what, other, outcome, stands) => {
    for (const before of [null, "0"]) {
      const rows = modelRows();
      if (before !== null) await rows.insert(KEY, before);
      rows.before = () => advanceRow(rows, KEY, other, () => true);
      expect(await advanceRow(rows, KEY, "2", higherThan(2))).toBe(outcome);
      expect(rows.texts.get("control/fence")).toBe(stands);
    }
  });

  it("gives up with an error that is worth another try when others are always faster", async () => {
    const rows = modelRows();
    let writes = 0;
    const other = async () => {
      writes += 1;
      const stored = await rows.read(KEY);
      if (stored !== null) await rows.replace(KEY, `0.${writes}`, stored.version);
      rows.before = other;
    };
    await rows.insert(KEY, "0");
    rows.before = other;
    await expect(advanceRow(rows, KEY, "2", higherThan(2))).rejects.toMatchObject({
      code: "contended",
      retryable: true,
    });
    expect(writes).toBe(5);
  });
});
