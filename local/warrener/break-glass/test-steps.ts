/** The steps as the command line prints them to machines. */
import { expect } from "vitest";
import * as z from "zod";
import { runCommandLine } from "../test-process.ts";
import type { Step } from "./guide.ts";

const Guides = z.object({
  guides: z.array(
    z.object({
      title: z.string(),
      steps: z.array(z.object({ id: z.string(), text: z.string(), commands: z.array(z.string()) })),
    }),
  ),
});

/** Of the local stack whose link is that file; they work in that folder. */
export async function stepsFor(name: string, linkFile: string, directory: string): Promise<readonly Step[]> {
  const text = `break-glass ${name} --stage local --link ${linkFile} --dir ${directory} --json`;
  const { code, out, err } = await runCommandLine(directory, text);
  expect([code, err]).toEqual([0, ""]);
  return Guides.parse(JSON.parse(out)).guides.flatMap(({ steps }) => steps);
}

export const without = (steps: readonly Step[], ...ids: string[]) =>
  steps.filter(({ id }) => !ids.includes(id));

export const only = (steps: readonly Step[], ...ids: string[]) => steps.filter(({ id }) => ids.includes(id));
