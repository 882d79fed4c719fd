import { describe, expect, it } from "vitest";
import { modelRows } from "../../local/model/rows.ts";
import { report as reportOfRelay } from "../allowlists/test-reports.ts";
import type { HandOf } from "../azure-api/client.ts";
import type { EndpointOf } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import { createLog } from "../runtime/log.ts";
import { collectFromHand } from "./collect.ts";
import { collectNotes, forgetNotes, leaveNote } from "./hand.ts";
import { type HandNote, NOTES_MAX } from "./schema.ts";

type NotesHand = HandOf<EndpointOf<"notes">>;
const otherLink = { outcome: "refused", reason: "other-link", detail: "x" } as const;
const unreachable = new CloudError({
  provider: "azure",
  operation: "notes.forget",
  target: "hand",
  code: "unreachable",
  retryable: true,
});

/** The hand's own verbs over a table in memory, and a brain that hears what the wire between them lets through. */
function open(
  wire: (endpoint: string, answer: () => Promise<unknown>) => Promise<unknown> = (_, answer) => answer(),
) {
  const records: Record<string, unknown>[] = [];
  const log = createLog((_level, record) => records.push(record));
  const rows = modelRows();
  const silent = createLog(() => {});
  let count = 0;
  const keeper = {
    rows,
    log: silent,
    clock: () => 1_795_248_000,
    random: () => {
      count += 1;
      return count.toString(16).padStart(8, "0");
    },
  };
  const verbs = { "notes.collect": collectNotes, "notes.forget": forgetNotes };
  const hand = ((endpoint: keyof typeof verbs, body: never) =>
    wire(endpoint, () => verbs[endpoint](keeper, body))) as NotesHand;
  const leave = async (notes: number) => {
    for (let left = 0; left < notes; left += 1) {
      await leaveNote(keeper, { act: "tunnels.reset", target: "one-a", outcome: "resetting" });
    }
  };
  const told = () => records.filter(({ event }) => event === "note.collected").map(({ id }) => id);
  const filed: string[] = [];
  const file = async ({ id }: HandNote) => void filed.push(id);
  return { hand, log, rows, keeper, leave, records, told, filed, file, remainingMs: () => 120_000 };
}

describe("collectFromHand", () => {
  it("keeps the report of a heal out of the log, which is no place for so much, and gives it to be filed", async () => {
    const world = open();
    const report = reportOfRelay();
    await leaveNote(world.keeper, { act: "allowlists.heal", target: "relay", outcome: "healed", report });
    const filed: HandNote[] = [];
    await collectFromHand({ ...world, file: async (note) => void filed.push(note) });
    expect(filed).toMatchObject([{ act: "allowlists.heal", report }]);
    expect(world.records).toMatchObject([{ event: "note.collected", act: "allowlists.heal" }]);
    expect(world.records[0]).not.toHaveProperty("report");
  });

  it("files every note, tells it in the log, and has the hand forget it", async () => {
    const world = open();
    await world.leave(NOTES_MAX + 3);
    expect(await collectFromHand(world)).toEqual({ told: NOTES_MAX + 3, code: null });
    expect(new Set(world.told()).size).toBe(NOTES_MAX + 3);
    expect(world.filed).toEqual(world.told());
    expect(world.records[0]).toMatchObject({ act: "tunnels.reset", target: "one-a", outcome: "resetting" });
    expect(world.rows.texts.size).toBe(0);
  });

  it("asks once where there is nothing, and tells nothing", async () => {
    const asked: string[] = [];
    const world = open((endpoint, answer) => {
      asked.push(endpoint);
      return answer();
    });
    expect(await collectFromHand(world)).toEqual({ told: 0, code: null });
    expect(asked).toEqual(["notes.collect"]);
    expect(world.records).toEqual([]);
  });

  it("leaves to the next run what is more than a run should collect", async () => {
    const world = open();
    await world.leave(4 * NOTES_MAX + 1);
    expect(await collectFromHand(world)).toMatchObject({ told: 4 * NOTES_MAX });
    expect(await collectFromHand(world)).toMatchObject({ told: 1 });
  });

  it("tells a note again, under the same id, when the hand may not have forgotten it", async () => {
    let broken = true;
    const world = open(async (endpoint, answer) => {
      if (endpoint === "notes.forget" && broken) throw unreachable;
      return await answer();
    });
    await world.leave(1);
    expect(await collectFromHand(world)).toMatchObject({ code: "unreachable" });
    expect(world.records.at(-1)).toMatchObject({ event: "notes.uncollected", code: "unreachable" });
    broken = false;
    expect(await collectFromHand(world)).toEqual({ told: 1, code: null });
    const [first, second] = world.told();
    expect(first).toBe(second);
  });

  it("has the hand forget nothing that could not be filed", async () => {
    const world = open();
    await world.leave(1);
    const file = async () => {
      throw unreachable;
    };
    expect(await collectFromHand({ ...world, file })).toEqual({ told: 0, code: "unreachable" });
    expect(world.rows.texts.size).toBe(1);
  });

  it("asks for nothing with too little time left to file it", async () => {
    const world = open();
    await world.leave(1);
    expect(await collectFromHand({ ...world, remainingMs: () => 60_000 })).toEqual({ told: 0, code: null });
    expect(world.rows.texts.size).toBe(1);
  });

  it.each(["notes.collect", "notes.forget"])("stops where %s is refused, and says why", async (refusing) => {
    const world = open(async (endpoint, answer) => (endpoint === refusing ? otherLink : await answer()));
    await world.leave(1);
    expect(await collectFromHand(world)).toEqual({ told: 0, code: "other-link" });
    expect(world.rows.texts.size).toBe(1);
  });
});
