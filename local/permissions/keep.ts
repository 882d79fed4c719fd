/**
 * Where recordings lie between the runs that leave them and the check that reads them: one file for each stack, in the
 * repository's cache. Those of an earlier day are of an earlier program, and are let go.
 */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Recording } from "./recording.ts";

export const RECORDINGS = path.resolve(import.meta.dirname, "..", "..", ".cache", "permissions");

const AGE_MAX_MS = 86_400_000;

export async function keepRecording(recording: Recording, directory = RECORDINGS): Promise<void> {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, randomUUID());
  // Whoever reads the directory sees a whole file or none.
  await writeFile(file, JSON.stringify(recording));
  await rename(file, `${file}.json`);
}

/** `now` is in milliseconds since the epoch. */
export async function readRecordings(now: number, directory = RECORDINGS): Promise<Recording[]> {
  const recordings: Recording[] = [];
  for (const name of await namesIn(directory)) {
    const file = path.join(directory, name);
    const { mtimeMs } = await stat(file);
    const recording = Recording.safeParse(JSON.parse(await readFile(file, "utf8")));
    // Of another shape is what an earlier program has left.
    if (now - mtimeMs > AGE_MAX_MS || !recording.success) await rm(file);
    else recordings.push(recording.data);
  }
  return recordings;
}

async function namesIn(directory: string): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  return (await readdir(directory)).filter((name) => name.endsWith(".json")).toSorted();
}
