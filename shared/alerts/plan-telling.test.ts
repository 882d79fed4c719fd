import { describe, expect, it } from "vitest";
import type { Incident, Told } from "./incident.ts";
import { type Doubts, doubtsOf, planTelling } from "./plan-telling.ts";
import { AT, action, incidentOf, settled } from "./test-conditions.ts";

const CHANNEL = "C0123456789";
const NO_DOUBTS: Doubts = { message: false, notes: false };
const message = { channel: CHANNEL, ts: "1795248000.000001" };
const [first, second] = [action("look", AT), action("reset", AT + 9)];
const untold = incidentOf("tunnels", { notes: [first, second] });
const told = settled(untold);
const toldAs = (changes: Partial<Told>): Incident => ({
  ...told,
  told: { ...message, revision: 1, notes: [first.id, second.id], maybeTwice: false, ...changes },
});
const plan = (incident: Incident, doubts: Partial<Doubts> = {}, channel = CHANNEL) =>
  planTelling(incident, channel, { ...NO_DOUBTS, ...doubts });

describe("planTelling", () => {
  it("posts what no message tells of", () => {
    expect(plan(untold)).toEqual({ kind: "post" });
  });

  it("looks for a message before it posts one, when an earlier attempt may have", () => {
    expect(plan(untold, { message: true })).toEqual({ kind: "search" });
    expect(plan(untold, { notes: true })).toEqual({ kind: "post" });
  });

  it("begins anew in another channel than it was told in", () => {
    expect(plan(told, {}, "C9876543210")).toEqual({ kind: "post" });
    expect(plan(told, { message: true }, "C9876543210")).toEqual({ kind: "search" });
  });

  it("has nothing left to do when all is told, whatever is in doubt", () => {
    expect(plan(told)).toBeNull();
    expect(plan(told, { message: true, notes: true })).toBeNull();
  });

  it("tells nothing of what is filed", () => {
    expect(plan({ ...untold, filed: true })).toBeNull();
    expect(plan({ ...toldAs({ revision: 0 }), filed: true })).toBeNull();
  });

  it("edits the message first, then replies with each note, the oldest first", () => {
    expect(plan(toldAs({ revision: 0, notes: [] }))).toEqual({ kind: "update", message });
    expect(plan(toldAs({ notes: [] }))).toEqual({ kind: "reply", message, note: first });
    expect(plan(toldAs({ notes: [first.id] }))).toEqual({ kind: "reply", message, note: second });
  });

  it("edits a message though all of its notes are told", () => {
    expect(plan(toldAs({ revision: 0 }))).toEqual({ kind: "update", message });
  });

  it("looks for a second message before it edits one of two, or replies", () => {
    expect(plan(toldAs({ revision: 0 }), { message: true })).toEqual({ kind: "search" });
    expect(plan(toldAs({ notes: [] }), { message: true, notes: true })).toEqual({ kind: "search" });
  });

  it("looks for notes before it replies, when an earlier attempt may have, and not before it edits", () => {
    expect(plan(toldAs({ notes: [] }), { notes: true })).toEqual({ kind: "search-notes", message });
    expect(plan(toldAs({ revision: 0, notes: [] }), { notes: true })).toEqual({ kind: "update", message });
  });
});

describe("doubtsOf", () => {
  it("doubts the message of what is not told when an attempt ended without a word", () => {
    expect(doubtsOf(untold, CHANNEL, true)).toEqual({ message: true, notes: false });
    expect(doubtsOf(untold, CHANNEL, false)).toEqual(NO_DOUBTS);
  });

  it("doubts the notes of what is told when an attempt ended without a word, and the message by what was noted", () => {
    expect(doubtsOf(told, CHANNEL, true)).toEqual({ message: false, notes: true });
    expect(doubtsOf(told, CHANNEL, false)).toEqual(NO_DOUBTS);
    expect(doubtsOf(toldAs({ maybeTwice: true }), CHANNEL, false)).toEqual({ message: true, notes: false });
  });

  it("takes what was told in another channel for not told", () => {
    expect(doubtsOf(toldAs({ maybeTwice: true }), "C9876543210", false)).toEqual(NO_DOUBTS);
    expect(doubtsOf(told, "C9876543210", true)).toEqual({ message: true, notes: false });
  });
});
