/** The demo's chapters in their order, told as they happen; the first one that does not hold ends the story. */
import { type Stack, startStack } from "../stack/stack.ts";
import type { Chapter, Facts } from "./chapter.ts";
import { deployment } from "./chapters/deployment.ts";
import { firstIssue } from "./chapters/first-issue.ts";
import { foreignCsr } from "./chapters/foreign-csr.ts";
import { jobs } from "./chapters/jobs.ts";
import { killed } from "./chapters/killed.ts";
import { renewal } from "./chapters/renewal.ts";
import { strangers } from "./chapters/strangers.ts";
import { tokens } from "./chapters/tokens.ts";
import { verdict } from "./chapters/verdict.ts";

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
  killed,
  foreignCsr,
  strangers,
  tokens,
  verdict,
];

/** A scheduled minute takes two seconds. */
const SPEED = 30;
const LINK_FILE = new URL("link.ts", import.meta.url).pathname;

export interface StoryOptions {
  readonly seed: number;
  readonly tell: (told: Told) => void;
  readonly onLogLine?: (source: string, line: string) => void;
}

export async function tellStory({ seed, tell, onLogLine }: StoryOptions): Promise<Story> {
  const startedAt = performance.now();
  const chapters: Told[] = [];
  const add = (told: Told) => {
    chapters.push(told);
    tell(told);
    return told.ok;
  };
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      linkFile: LINK_FILE,
      seed,
      speed: SPEED,
      mountEveryMs: 500,
      pollEveryMs: 20,
      ...(onLogLine === undefined ? {} : { onLogLine }),
    });
    for (const chapter of CHAPTERS) if (!add(await tellChapter(chapter, stack))) break;
  } catch (error) {
    add({
      name: "both clouds start on this machine",
      ok: false,
      facts: {},
      failure: textOf(error),
      durationMs: since(startedAt),
    });
  } finally {
    await stack?.close();
  }
  return {
    ok: chapters.length === CHAPTERS.length && chapters.every(({ ok }) => ok),
    chapters,
    durationMs: since(startedAt),
  };
}

async function tellChapter({ name, run }: Chapter, stack: Stack): Promise<Told> {
  const startedAt = performance.now();
  try {
    return { name, ok: true, facts: await run(stack), durationMs: since(startedAt) };
  } catch (error) {
    return { name, ok: false, facts: {}, failure: textOf(error), durationMs: since(startedAt) };
  }
}

const since = (startedAt: number): number => Math.round(performance.now() - startedAt);

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
