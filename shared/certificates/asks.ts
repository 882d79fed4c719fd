/** Marks what people asked for as done, once another certificate is current than the one that was to be replaced. */
import type { Ask } from "../asks/ask.ts";
import { CloudError } from "../runtime/errors.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { patiently } from "./patience.ts";
import type { Outcome, Unproven } from "./report.ts";

/**
 * Gives one short sentence for each that could not be written down. The next run tries again: it finds the other
 * certificate there, so nothing is renewed twice for it.
 */
export async function settleAsks(
  brain: Brain,
  asked: ReadonlyMap<string, Ask>,
  results: readonly (Outcome | Unproven)[],
): Promise<string[]> {
  const trouble: string[] = [];
  // One after the other: they are a person's, and few.
  for (const result of results) {
    const ask = result.outcome === "unproven" ? asked.get(result.desired.name) : undefined;
    if (ask === undefined || result.outcome !== "unproven") continue;
    const { current } = result;
    if (current === null || current.serial === ask.serial || brain.remainingMs() < RESERVES_MS.aws) continue;
    trouble.push(...(await settle(brain, ask)));
  }
  return trouble;
}

async function settle(brain: Brain, ask: Ask): Promise<string[]> {
  const { name: certificate } = ask;
  try {
    await patiently(brain, () => brain.journal.settleAsk(ask));
    return [];
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code } = error;
    brain.log.error("certificate.not-settled", { certificate, code });
    return [`${certificate}: that it was renewed as asked for could not be written down: ${code}`];
  }
}
