import { describe, expect, it } from "vitest";
import { createTunnelsModel } from "../../local/model/tunnels.ts";
import { linkWith } from "../../local/testing/links.ts";
import type { GroupReport } from "../allowlists/group-report.ts";
import { AT, closedFor, seenOf } from "../allowlists/test-reports.ts";
import { NEVER_FROZEN } from "../freeze/schema.ts";
import { parseLink } from "../link/load.ts";
import type { HandNote } from "../notes/schema.ts";
import { CloudError } from "../runtime/errors.ts";
import { type HandSweeper, sweepHand } from "./sweep-hand.ts";

const healed = closedFor(22, seenOf("one", "alice", [22]), { group: "nodes" });
const note = (act: HandNote["act"], more: Partial<HandNote> = {}): HandNote => ({
  id: "001795248000-00000001",
  at: AT,
  act,
  target: "nodes",
  outcome: "healed",
  ...more,
});

/** A hand with these notes, which says what it was asked to forget. */
function open(notes: readonly HandNote[]) {
  const model = createTunnelsModel();
  const forgotten: string[] = [];
  const hand = ((endpoint: string, body: { readonly ids?: readonly string[] }) => {
    if (endpoint === "notes.collect") return Promise.resolve({ outcome: "collected", notes, next: null });
    forgotten.push(...(body.ids ?? []));
    return Promise.resolve({ outcome: "forgotten" });
  }) as HandSweeper["hand"];
  const sweeper: HandSweeper = {
    ...model.watcher(),
    hand,
    freezes: model.freeze,
    audit: model.audit,
    link: parseLink(linkWith({})),
    remainingMs: () => 120_000,
  };
  return { sweeper, audit: model.audit, forgotten };
}

describe("sweepHand", () => {
  it("keeps the report of a note, in place of a record of the note", async () => {
    const { sweeper, audit, forgotten } = open([note("allowlists.heal", { report: healed })]);
    const kept: GroupReport[] = [];
    const keepReport = async (report: GroupReport) => void kept.push(report);
    expect(await sweepHand({ ...sweeper, keepReport }, NEVER_FROZEN)).toEqual([]);
    expect(kept).toEqual([healed]);
    expect(audit.changes).toEqual([]);
    expect(forgotten).toHaveLength(1);
  });

  it("records a note without a report, and one of allowlists that the link has not any more", async () => {
    for (const one of [note("allowlists.accept"), note("allowlists.heal", { report: healed })]) {
      const { sweeper, audit } = open([one]);
      await sweepHand(sweeper, NEVER_FROZEN);
      expect(audit.changes).toMatchObject([{ kind: "hand-note", concern: "allowlists", target: "nodes" }]);
    }
  });

  it("has nothing forgotten that could not be kept", async () => {
    const { sweeper, forgotten } = open([note("allowlists.heal", { report: healed })]);
    const keepReport = () =>
      Promise.reject(
        new CloudError({ provider: "aws", operation: "PutItem", target: "t", code: "Away", retryable: true }),
      );
    expect(await sweepHand({ ...sweeper, keepReport }, NEVER_FROZEN)).toEqual([
      "the notes of Azure's half could not be collected: Away",
    ]);
    expect(forgotten).toEqual([]);
  });
});
