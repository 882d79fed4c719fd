/**
 * The demo's chapters in their order, told as they happen; the first one that does not hold ends the story. Those in
 * one list happen at once: while the one waits for its hour, something else is done.
 */
import { channelText } from "../slack/view.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import type { Chapter, Facts } from "./chapter.ts";
import { apiKeyRotated } from "./chapters/api-key-rotated.ts";
import { bunnyRefused } from "./chapters/bunny-refused.ts";
import { certificateStolen } from "./chapters/certificate-stolen.ts";
import { deployment } from "./chapters/deployment.ts";
import { earlierLink } from "./chapters/earlier-link.ts";
import { exceptionOver } from "./chapters/exception-over.ts";
import { firstIssue } from "./chapters/first-issue.ts";
import { firstKeys } from "./chapters/first-keys.ts";
import { foreignCsr } from "./chapters/foreign-csr.ts";
import { frozen } from "./chapters/frozen.ts";
import { groupsAccepted } from "./chapters/groups-accepted.ts";
import { jobs } from "./chapters/jobs.ts";
import { killed } from "./chapters/killed.ts";
import { manyRules } from "./chapters/many-rules.ts";
import { nsgPortOpened } from "./chapters/nsg-port-opened.ts";
import { outageOfAws, outageOfAzure } from "./chapters/outages.ts";
import { portOpened } from "./chapters/port-opened.ts";
import { preSharedKeysRotated } from "./chapters/pre-shared-keys-rotated.ts";
import { refusalsOver } from "./chapters/refusals-over.ts";
import { relayRenewal } from "./chapters/relay-renewal.ts";
import { renewal } from "./chapters/renewal.ts";
import { rotationRolledBack } from "./chapters/rotation-rolled-back.ts";
import { rulesDeleted } from "./chapters/rules-deleted.ts";
import { shrinking } from "./chapters/shrinking.ts";
import { strangerKnocks } from "./chapters/stranger-knocks.ts";
import { strangers } from "./chapters/strangers.ts";
import { tokens } from "./chapters/tokens.ts";
import { tunnelHung } from "./chapters/tunnel-hung.ts";
import { tunnelWrongKey } from "./chapters/tunnel-wrong-key.ts";
import { tunnelsCut } from "./chapters/tunnels-cut.ts";
import { verdict } from "./chapters/verdict.ts";
import { type EarlierDeployment, evaluateEarlierLink } from "./earlier.ts";
import { writeLinkFile } from "./link-file.ts";
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
  /** What Slack showed last when a chapter did not hold. */
  readonly channel?: string;
  readonly durationMs: number;
}

type Outcome = Omit<Story, "durationMs">;

type Chapters<World> = readonly (Chapter<World> | readonly Chapter<World>[])[];

const chaptersAfter = (earlier: EarlierDeployment): Chapters<Stack> => [
  deployment,
  earlierLink(earlier),
  [firstIssue, firstKeys, groupsAccepted],
  [jobs, shrinking, tunnelsCut],
  // Before somebody changes a rule or is refused: while an incident is open, no tunnel is taken down for its key.
  [renewal, rotationRolledBack],
  [relayRenewal, apiKeyRotated, preSharedKeysRotated],
  [bunnyRefused, tunnelHung, rulesDeleted],
  certificateStolen,
  [frozen, strangerKnocks],
  [killed, manyRules, tunnelWrongKey],
  [outageOfAws, nsgPortOpened],
  [outageOfAzure, portOpened],
  [foreignCsr, strangers],
  tokens,
  exceptionOver,
  refusalsOver,
  verdict,
];

export interface StoryOptions {
  readonly seed: number;
  readonly tell: (told: Told) => void;
  readonly onLogLine?: (source: string, line: string) => void;
}

export async function tellStory(options: StoryOptions): Promise<Story> {
  const startedAt = performance.now();
  const linkFile = await writeLinkFile(Date.now());
  try {
    const started = await attempt("both clouds start on this machine", () => start(linkFile.file, options));
    const outcome =
      "failure" in started ? failed(started.failure, options) : await tellAndClose(started.value, options);
    return { ...outcome, durationMs: since(startedAt) };
  } finally {
    await linkFile.remove();
  }
}

interface Started {
  readonly stack: Stack;
  readonly earlier: EarlierDeployment;
}

async function start(linkFile: string, options: StoryOptions): Promise<Started> {
  const [stack, earlier] = await Promise.allSettled([
    startLocalStack(linkFile, options),
    evaluateEarlierLink(),
  ]);
  if (stack.status === "fulfilled" && earlier.status === "fulfilled")
    return { stack: stack.value, earlier: earlier.value };
  if (stack.status === "fulfilled") await stack.value.close();
  if (earlier.status === "fulfilled") await earlier.value.graph.dispose();
  throw [stack, earlier].flatMap((one) => (one.status === "rejected" ? [one.reason] : []))[0];
}

function startLocalStack(linkFile: string, { seed, onLogLine }: StoryOptions): Promise<Stack> {
  return startStack({
    linkFile,
    seed,
    spared: SPARED,
    speed: SPEED,
    certificatesSpeed: CERTIFICATES_SPEED,
    mountEveryMs: 500,
    pollEveryMs: 20,
    secretEveryMs: 500,
    ...(onLogLine === undefined ? {} : { onLogLine }),
  });
}

function failed(failure: Told, { tell }: StoryOptions): Outcome {
  tell(failure);
  return { ok: false, chapters: [failure] };
}

async function tellAndClose({ stack, earlier }: Started, { tell }: StoryOptions): Promise<Outcome> {
  try {
    const all = chaptersAfter(earlier);
    const chapters = await tellChapters(all, stack, tell);
    const ok = chapters.length === all.flat().length && chapters.every((told) => told.ok);
    return ok ? { ok, chapters } : { ok, chapters, channel: lastOf(stack) };
  } finally {
    await stack.close();
    await earlier.graph.dispose();
  }
}

const MESSAGES_SHOWN = 6;

function lastOf({ slack }: Stack): string {
  return slack === undefined ? "" : channelText(slack.channel, MESSAGES_SHOWN);
}

/** Ends after the first chapter that did not hold, and those that happen at the same time. */
export async function tellChapters<World>(
  chapters: Chapters<World>,
  world: World,
  tell: (told: Told) => void,
): Promise<Told[]> {
  const all: Told[] = [];
  for (const together of chapters) {
    const running = [together].flat().map((chapter) => readChapter(chapter, world));
    for (const one of running) {
      const told = await one;
      all.push(told);
      tell(told);
    }
    if (all.some(({ ok }) => !ok)) break;
  }
  return all;
}

async function readChapter<World>({ name, run }: Chapter<World>, world: World): Promise<Told> {
  const startedAt = performance.now();
  const result = await attempt(name, () => run(world));
  return "failure" in result
    ? result.failure
    : { name, ok: true, facts: result.value, durationMs: since(startedAt) };
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
