import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepRecording, readRecordings } from "./keep.ts";
import type { Recording } from "./recording.ts";

const RECORDING: Recording = {
  stagePrefix: "warrener-test",
  roles: [],
  resourcePolicies: {},
  hand: { definitions: [], assignments: [], asked: [] },
};
const HOUR_MS = 3_600_000;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "recordings-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe("readRecordings", () => {
  it("reads what each run has left", async () => {
    await keepRecording(RECORDING, directory);
    await keepRecording({ ...RECORDING, stagePrefix: "other-test" }, directory);
    const prefixes = (await readRecordings(Date.now(), directory)).map(({ stagePrefix }) => stagePrefix);
    expect(prefixes.toSorted()).toEqual(["other-test", "warrener-test"]);
  });

  it("finds nothing where nothing was left", async () => {
    expect(await readRecordings(Date.now(), path.join(directory, "none"))).toEqual([]);
  });

  it("lets go what is older than a day, and what an earlier program has left in another shape", async () => {
    await keepRecording(RECORDING, directory);
    const [name = ""] = await readdir(directory);
    const now = Date.now();
    const then = (now - 25 * HOUR_MS) / 1_000;
    await utimes(path.join(directory, name), then, then);
    await writeFile(path.join(directory, "earlier.json"), "{}");
    expect(await readRecordings(now, directory)).toEqual([]);
    expect(await readdir(directory)).toEqual([]);
  });
});
