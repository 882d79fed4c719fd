import { describe, expect, it } from "vitest";
import { modelRows } from "../../local/model/rows.ts";
import { keepFreeze } from "../freeze/hand.ts";
import { CloudError } from "../runtime/errors.ts";
import { createLog } from "../runtime/log.ts";
import { carryOut } from "./carry-out.ts";
import { collectNotes } from "./hand.ts";

const NOW = 1_795_248_000;
const wanted = { act: "tunnels.reset", target: "one-a", function: "f-1" } as const;

function open() {
  const records: Record<string, unknown>[] = [];
  const rows = modelRows();
  let changes = 0;
  return {
    rows,
    records,
    log: createLog((_level, record) => records.push(record)),
    clock: () => NOW,
    random: () => "0badcafe",
    change: async () => {
      changes += 1;
      return { outcome: "resetting" as const };
    },
    changes: () => changes,
    notes: async () => (await collectNotes({ rows, log: createLog(() => {}) }, { after: null })).notes,
  };
}

const failing = (more: { readonly throttled?: boolean }) => async (): Promise<{ outcome: "resetting" }> => {
  const [operation, target] = ["ResetConnection", "aws-one-a"];
  throw new CloudError({
    provider: "azure",
    operation,
    target,
    code: "unreachable",
    retryable: true,
    ...more,
  });
};

describe("carryOut", () => {
  it("makes the change and notes it", async () => {
    const hand = open();
    expect(await carryOut(hand, wanted, hand.change)).toEqual({ outcome: "resetting" });
    expect(await hand.notes()).toEqual([
      { ...wanted, id: "001795248000-0badcafe", at: NOW, outcome: "resetting" },
    ]);
  });

  it("changes nothing while the link is frozen, and does again once it is thawed", async () => {
    const hand = open();
    await keepFreeze(hand, { frozen: true, reason: "maintenance", at: NOW });
    expect(await carryOut(hand, wanted, hand.change)).toMatchObject({ outcome: "refused", reason: "frozen" });
    expect(hand.changes()).toBe(0);
    expect(await hand.notes()).toEqual([]);
    await keepFreeze(hand, { frozen: false, reason: "", at: NOW + 1 });
    expect(await carryOut(hand, wanted, hand.change)).toEqual({ outcome: "resetting" });
  });

  it("changes nothing when nobody can tell whether the link is frozen, and may be asked again", async () => {
    const hand = open();
    hand.rows.trouble = "TableNotFound";
    await expect(carryOut(hand, wanted, hand.change)).rejects.toMatchObject({
      code: "TableNotFound",
      retryable: true,
    });
    expect(hand.changes()).toBe(0);
  });

  it("notes no refusal: nothing was changed", async () => {
    const hand = open();
    const refused = { outcome: "refused", reason: "tunnel-busy", detail: "x" } as const;
    expect(await carryOut(hand, wanted, async () => refused)).toEqual(refused);
    expect(await hand.notes()).toEqual([]);
  });

  it("notes a change of which nobody knows whether it was made, and fails as it failed", async () => {
    const hand = open();
    await expect(carryOut(hand, wanted, failing({}))).rejects.toMatchObject({ code: "unreachable" });
    expect(await hand.notes()).toMatchObject([{ outcome: "unknown", code: "unreachable" }]);
  });

  it("notes nothing of a call that the cloud did not take", async () => {
    const hand = open();
    await expect(carryOut(hand, wanted, failing({ throttled: true }))).rejects.toMatchObject({
      throttled: true,
    });
    expect(await hand.notes()).toEqual([]);
  });

  it("answers as ever when the note is lost", async () => {
    const hand = open();
    const change = async () => {
      hand.rows.trouble = "ServerBusy";
      return await hand.change();
    };
    expect(await carryOut(hand, wanted, change)).toEqual({ outcome: "resetting" });
    expect(hand.records).toMatchObject([{ event: "note.lost", code: "ServerBusy", target: "one-a" }]);
  });
});
