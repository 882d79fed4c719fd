import { describe, expect, it } from "vitest";
import { checkReplicas, type Stage } from "./relay-replicas.ts";
import { memoryFiles } from "./test-files.ts";

const NOW = 1_795_248_000;
const [OLD, NEW] = ["0a1b", "7f4d9bb4"];

const loaded = (replica: string, serials: readonly string[], secondsAgo = 10) => ({
  timestamp: (NOW - secondsAgo) * 1_000,
  message: JSON.stringify({ event: "relay.loaded", replica, serverCertificateSerials: serials }),
});
const folderOf = (events: readonly object[], changes: Readonly<Record<string, string>> = {}) =>
  memoryFiles({ serial: `${NEW}\n`, "loaded.json": JSON.stringify({ events }), ...changes });
const check = (stage: Stage, events: readonly object[], changes: Readonly<Record<string, string>> = {}) =>
  checkReplicas(stage, "/example/relay", folderOf(events, changes), { now: NOW, timeZone: "UTC" });

describe("checkReplicas", () => {
  it("says that all have loaded it, whether they serve it or have it ready", async () => {
    const { lines } = await check("loaded", [loaded("relay-1", [OLD, NEW]), loaded("relay-0", [NEW])]);
    expect(lines).toEqual([`${NEW} is loaded by all: relay-0, relay-1.`]);
  });

  it("goes by each replica's latest word, wherever its line is put", async () => {
    const { message, timestamp } = loaded("relay-0", [OLD, NEW]);
    const wrapped = { timestamp, message: JSON.stringify({ log_processed: JSON.parse(message) }) };
    const { lines } = await check("loaded", [wrapped, loaded("relay-0", [OLD], 60)]);
    expect(lines).toEqual([`${NEW} is loaded by all: relay-0.`]);
    const back = [loaded("relay-0", [OLD, NEW], 60), loaded("relay-0", [OLD])];
    await expect(check("loaded", back)).rejects.toThrow("not yet loaded by relay-0, of 1");
  });

  it("takes what is ready for loaded, and not for served", async () => {
    const events = [loaded("relay-0", [OLD, NEW]), loaded("relay-1", [NEW])];
    await expect(check("served", events)).rejects.toThrow("not yet served by relay-0, of 2: look again");
    expect((await check("served", [loaded("relay-0", [NEW])])).lines).toEqual([
      `${NEW} is served by all: relay-0.`,
    ]);
  });

  it.each([
    ["nobody says anything", []],
    ["all that was said is of an earlier look", [loaded("relay-0", [NEW], 301)]],
  ])("says that nobody can tell when %s", async (_case, events) => {
    await expect(check("loaded", events)).rejects.toThrow("no replica has said in the last 5 minutes");
  });

  it.each([
    ["an answer that is none", { "loaded.json": "None" }, "loaded.json is not what relay's log answers"],
    ["an answer that was not fetched", { "loaded.json": "" }, "loaded.json is missing or empty"],
    ["no serial", { serial: "" }, "serial is missing or empty"],
    ["a serial that is none", { serial: "carrot" }, "serial holds no serial: do check-chain again"],
  ])("refuses %s", async (_case, changes, words) => {
    await expect(check("loaded", [loaded("relay-0", [NEW])], changes)).rejects.toThrow(words);
  });

  it("refuses a line that says it is a report and is none: who wrote it might have loaded nothing", async () => {
    const broken = {
      timestamp: NOW * 1_000,
      message: JSON.stringify({ event: "relay.loaded", replica: "relay-1" }),
    };
    await expect(check("loaded", [loaded("relay-0", [NEW]), broken])).rejects.toThrow(
      "is not what relay's log",
    );
  });
});
