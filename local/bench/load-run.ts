/**
 * One load in a process of its own, whose memory is told as well. Takes the load as JSON and prints what came of it as
 * JSON. Both halves, the vaults and the CA are in this one process: the deployed function holds far less.
 */
import { type Load, placesLate, runLoad } from "../model/load.ts";
import type { LoadFigures } from "./load.ts";

const [text = ""] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await measure(JSON.parse(text))));

async function measure(load: Load): Promise<LoadFigures> {
  const { runs, issueCalls, quotaUsed, quotaUsedFromStart, order, model } = await runLoad(load);
  const byVault = [...Map.groupBy(order, ({ vault }) => vault).values()];
  const last = runs.at(-1);
  return {
    certificates: load.certificates,
    throttledShare: load.throttled,
    runs: runs.length,
    longestRunSeconds: Math.max(...runs.map(({ durationMs }) => durationMs)) / 1_000,
    postponed: last?.postponed ?? 0,
    trouble: runs.flatMap(({ trouble }) => trouble).length,
    signed: model.authority.issues.length,
    issueCalls,
    quotaUsed,
    quotaUsedFromStart,
    placesLate: Math.max(0, ...byVault.map(placesLate)),
    // `maxRSS` is in kibibytes.
    peakMb: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
}
