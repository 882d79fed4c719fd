import { describe, expect, it } from "vitest";
import { modelRows } from "../../local/model/rows.ts";
import { report as reportOfRelay } from "../allowlists/test-reports.ts";
import { createLog } from "../runtime/log.ts";
import { collectNotes, forgetNotes, leaveNote, NOTES_KEPT_MAX } from "./hand.ts";
import { NOTES_MAX } from "./schema.ts";

const NOW = 1_795_248_000;

function open() {
  const records: Record<string, unknown>[] = [];
  const log = createLog((level, record) => records.push({ level, ...record }));
  let now = NOW;
  let count = 0;
  const random = () => {
    count += 1;
    return count.toString(16).padStart(8, "0");
  };
  const clock = () => {
    now += 1;
    return now;
  };
  return { rows: modelRows(), log, records, clock, random };
}

const reset = { act: "tunnels.reset", target: "one-a", outcome: "resetting", function: "f-1" } as const;

describe("leaveNote", () => {
  it("notes what was done, to what, when and by which invocation", async () => {
    const keeper = open();
    await leaveNote(keeper, reset);
    expect(await collectNotes(keeper, { after: null })).toEqual({
      outcome: "collected",
      notes: [{ ...reset, id: "001795248001-00000001", at: NOW + 1 }],
      next: null,
    });
  });

  it("says in the log that a note is lost, and fails nobody with that", async () => {
    const keeper = open();
    keeper.rows.trouble = "ServerBusy";
    await leaveNote(keeper, reset);
    expect(keeper.records).toEqual([{ level: "warn", event: "note.lost", ...reset, code: "ServerBusy" }]);
  });

  it("says so without the report of a heal", async () => {
    const keeper = open();
    keeper.rows.trouble = "ServerBusy";
    const report = reportOfRelay();
    await leaveNote(keeper, { act: "allowlists.heal", target: "relay", outcome: "healed", report });
    expect(keeper.records).toMatchObject([{ event: "note.lost", act: "allowlists.heal" }]);
    expect(keeper.records[0]).not.toHaveProperty("report");
  });

  it("keeps no more notes than it may when nobody collects them, and says in the log what it drops", async () => {
    const keeper = open();
    for (let count = 0; count <= NOTES_KEPT_MAX; count += 1) await leaveNote(keeper, reset);
    expect(keeper.rows.texts.size).toBe(NOTES_KEPT_MAX);
    expect(keeper.records).toMatchObject([{ event: "note.lost", code: "notes-full" }]);
  });
});

describe("collectNotes", () => {
  it("tells the oldest first, so many at a time, and after which to go on", async () => {
    const keeper = open();
    for (let count = 0; count < NOTES_MAX + 2; count += 1) await leaveNote(keeper, reset);
    const first = await collectNotes(keeper, { after: null });
    expect(first.notes).toHaveLength(NOTES_MAX);
    const rest = await collectNotes(keeper, { after: first.next });
    expect(rest.notes).toHaveLength(2);
    expect(rest.next).toBeNull();
    const ids = [...first.notes, ...rest.notes].map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(NOTES_MAX + 2);
  });

  it("tells a note again until it is forgotten", async () => {
    const keeper = open();
    await leaveNote(keeper, reset);
    await collectNotes(keeper, { after: null });
    expect((await collectNotes(keeper, { after: null })).notes).toHaveLength(1);
  });

  it.each([
    ["no JSON", "{"],
    [
      "a note of another version",
      JSON.stringify({ ...reset, id: "000000000001-00000000", at: 1, act: "new.act" }),
    ],
    ["a note under another name", JSON.stringify({ ...reset, id: "000000000002-00000000", at: 1 })],
  ])("passes over %s, says so in the log, and goes on", async (_what, text) => {
    const keeper = open();
    await keeper.rows.insert({ partition: "notes", name: "000000000001-00000000" }, text);
    await leaveNote(keeper, reset);
    expect((await collectNotes(keeper, { after: null })).notes).toHaveLength(1);
    expect(keeper.records).toMatchObject([{ event: "note.unreadable", id: "000000000001-00000000" }]);
  });

  it("fails when the table cannot be read, and does not say that there are none", async () => {
    const keeper = open();
    keeper.rows.trouble = "ServerBusy";
    await expect(collectNotes(keeper, { after: null })).rejects.toMatchObject({ code: "ServerBusy" });
  });
});

describe("forgetNotes", () => {
  it("forgets those that are named, and no others", async () => {
    const keeper = open();
    await leaveNote(keeper, reset);
    await leaveNote(keeper, { ...reset, target: "one-b" });
    const { notes } = await collectNotes(keeper, { after: null });
    expect(await forgetNotes(keeper, { ids: [notes[0]?.id ?? ""] })).toEqual({ outcome: "forgotten" });
    expect((await collectNotes(keeper, { after: null })).notes).toMatchObject([{ target: "one-b" }]);
  });

  it("does the same when it is asked again, as after an answer that was lost", async () => {
    const keeper = open();
    const ids = ["001795248001-00000001"];
    expect(await forgetNotes(keeper, { ids })).toEqual({ outcome: "forgotten" });
    expect(await forgetNotes(keeper, { ids })).toEqual({ outcome: "forgotten" });
  });
});
