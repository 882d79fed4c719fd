/** The demo's chapters in their order, told as they happen; the first one that does not hold ends the story. */
import path from "node:path";
import { type Stack, startStack } from "../stack/stack.ts";
import type { Chapter, Facts } from "./chapter.ts";
import { deployment } from "./chapters/deployment.ts";
import { firstIssue } from "./chapters/first-issue.ts";
import { foreignCsr } from "./chapters/foreign-csr.ts";
import { frozen } from "./chapters/frozen.ts";
import { jobs } from "./chapters/jobs.ts";
import { killed } from "./chapters/killed.ts";
import { outageOfAws, outageOfAzure } from "./chapters/outages.ts";
import { relayRenewal } from "./chapters/relay-renewal.ts";
import { renewal } from "./chapters/renewal.ts";
import { strangers } from "./chapters/strangers.ts";
import { tokens } from "./chapters/tokens.ts";
import { tunnelHung } from "./chapters/tunnel-hung.ts";
import { tunnelsCut } from "./chapters/tunnels-cut.ts";
import { verdict } from "./chapters/verdict.ts";
import { CERTIFICATES_SPEED, SPARED, SPEED } from "./schedule.ts";

export interface Told {
  readonly name: string;
  readonly ok: boolean;
  readonly facts: Facts;
  /** What did not hold. */
  readonly failure?: string;
  readonly durationMs: number;
}

export interface Story {
  readonly ok: boolean;
  readonly chapters: readonly Told[];
  readonly durationMs: number;
}

const CHAPTERS: readonly Chapter[] = [
  deployment,
  firstIssue,
  jobs,
  renewal,
  relayRenewal,
  tunnelsCut,
  tunnelHung,
  frozen,
  killed,
  outageOfAws,
  outageOfAzure,
  foreignCsr,
  strangers,
  tokens,
  verdict,
];

const LINK_FILE = path.resolve(import.meta.dirname, "link.ts");

export interface StoryOptions {
  readonly seed: number;
  readonly tell: (told: Told) => void;
  readonly onLogLine?: (source: string, line: string) => void;
}

export async function tellStory({ seed, tell, onLogLine }: StoryOptions): Promise<Story> {
  const startedAt = performance.now();
  const started = await attempt("both clouds start on this machine", () => startLocalStack(seed, onLogLine));
  const chapters = "failure" in started ? [started.failure] : await tellAndClose(started.value, tell);
  if ("failure" in started) tell(started.failure);
  const ok = chapters.length === CHAPTERS.length && chapters.every((told) => told.ok);
  return { ok, chapters, durationMs: since(startedAt) };
}

function startLocalStack(seed: number, onLogLine: StoryOptions["onLogLine"]): Promise<Stack> {
  return startStack({
    linkFile: LINK_FILE,
    seed,
    spared: SPARED,
    speed: SPEED,
    rareSchedulesSpeed: CERTIFICATES_SPEED,
    mountEveryMs: 500,
    pollEveryMs: 20,
    secretEveryMs: 500,
    ...(onLogLine === undefined ? {} : { onLogLine }),
  });
}

async function tellAndClose(stack: Stack, tell: StoryOptions["tell"]): Promise<Told[]> {
  try {
    return await tellChapters(CHAPTERS, stack, tell);
  } finally {
    await stack.close();
  }
}

/** Ends after the first chapter that did not hold. */
export async function tellChapters<World>(
  chapters: readonly Chapter<World>[],
  world: World,
  tell: (told: Told) => void,
): Promise<Told[]> {
  const all: Told[] = [];
  for (const { name, run } of chapters) {
    const startedAt = performance.now();
    const result = await attempt(name, () => run(world));
    const told =
      "failure" in result
        ? result.failure
        : { name, ok: true, facts: result.value, durationMs: since(startedAt) };
    all.push(told);
    tell(told);
    if (!told.ok) break;
  }
  return all;
}

async function attempt<T>(
  name: string,
  run: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly failure: Told }> {
  const startedAt = performance.now();
  try {
    return { value: await run() };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { failure: { name, ok: false, facts: {}, failure, durationMs: since(startedAt) } };
  }
}

const since = (startedAt: number): number => Math.round(performance.now() - startedAt);
