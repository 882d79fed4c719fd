/** One demo after another, each with a seed of its own and in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import * as z from "zod";

export interface DemoResult {
  readonly seed: number;
  readonly ok: boolean;
  readonly durationMs: number;
  /** The chapter that did not hold and why, or why there was no story at all. */
  readonly failure?: string;
}

const DEMO = path.resolve(import.meta.dirname, "..", "demo.ts");
/** Far above the minute that it may take. */
const DEMO_TIMEOUT_MS = 240_000;

/** What `npm run demo -- --json` prints. */
const Story = z.object({
  ok: z.boolean(),
  chapters: z.array(z.object({ name: z.string(), ok: z.boolean(), failure: z.string().optional() })),
});

export async function runDemo(seed: number): Promise<DemoResult> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [DEMO, "--json", "--seed", String(seed)], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: DEMO_TIMEOUT_MS,
  });
  const [document, messages, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  const durationMs = Math.round(performance.now() - startedAt);
  const failure = failureOf(document) ?? (code === 0 ? undefined : `it ended with ${signal ?? code}`);
  if (failure === undefined) return { seed, ok: true, durationMs };
  return { seed, ok: false, durationMs, failure: [failure, messages.trim()].filter(Boolean).join("\n") };
}

/** Why the story that this document tells did not hold; nothing when it did. */
export function failureOf(document: string): string | undefined {
  const story = Story.safeParse(parseJson(document));
  if (!story.success) return "it told no story";
  if (story.data.ok) return undefined;
  const failed = story.data.chapters.find(({ ok }) => !ok);
  return failed === undefined ? "it broke off" : `${failed.name}: ${failed.failure ?? "it did not hold"}`;
}

function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}
