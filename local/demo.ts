/**
 * `npm run demo`: both clouds on this machine, and one certificate's life on them, each step checked. Exits with 0
 * only when every chapter held. `--json` prints one document instead; `--seed N` chooses the stand-ins' faults;
 * `--logs` shows what every part logs, on stderr.
 */
import { randomInt } from "node:crypto";
import { parseOptions } from "./command-line.ts";
import { type Story, type Told, tellStory } from "./demo/story.ts";

const options = parseOptions("npm run demo --", {
  json: { type: "boolean", default: false },
  logs: { type: "boolean", default: false },
  seed: { type: "string" },
});
const seed = options.number("seed") ?? randomInt(1, 1_000_000);

let chapter = 0;
const story = await tellStory({
  seed,
  tell: options.flag("json") ? () => {} : tell,
  ...(options.flag("logs")
    ? { onLogLine: (source: string, line: string) => void process.stderr.write(`${source} | ${line}\n`) }
    : {}),
});
process.stdout.write(options.flag("json") ? `${document(story)}\n` : ending(story));
process.exitCode = story.ok ? 0 : 1;

function tell({ name, ok, facts, failure, durationMs }: Told): void {
  chapter += 1;
  const title = `${String(chapter).padStart(2)}. ${name}`;
  process.stdout.write(
    `${title.padEnd(76)} ${ok ? "ok" : "FAILED"} ${(durationMs / 1000).toFixed(1).padStart(6)} s\n`,
  );
  for (const [fact, value] of Object.entries(facts)) process.stdout.write(`      ${fact}: ${value}\n`);
  if (failure !== undefined) process.stdout.write(`      did not hold: ${failure}\n`);
}

function ending({ ok, chapters, channel, durationMs }: Story): string {
  const result = ok ? `all ${chapters.length} chapters held` : "the demo failed";
  const shown = channel === undefined ? "" : `\nWhat Slack showed last:\n\n${channel}\n`;
  return `${shown}\n${result}, in ${(durationMs / 1000).toFixed(1)} s (replay the stand-ins' faults with --seed ${seed})\n`;
}

function document(told: Story): string {
  return JSON.stringify({ ...told, seed }, null, 2);
}
