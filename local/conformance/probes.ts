/** Every probe, in the order of the page. */
import type { Probe } from "./probe.ts";
import { authorityProbes } from "./probes/authority.ts";
import { eventProbes } from "./probes/events.ts";
import { groupProbes } from "./probes/groups.ts";
import { logProbes } from "./probes/logs.ts";
import { rowProbes } from "./probes/rows.ts";
import { ruleChangingProbes } from "./probes/rules-changing.ts";
import { ruleOpeningProbes } from "./probes/rules-opening.ts";
import { secretReadingProbes } from "./probes/secrets-reading.ts";
import { secretWritingProbes } from "./probes/secrets-writing.ts";
import { tokenProbes } from "./probes/tokens.ts";

export const PROBES: readonly Probe[] = [
  ...authorityProbes,
  ...tokenProbes,
  ...secretReadingProbes,
  ...secretWritingProbes,
  ...ruleOpeningProbes,
  ...ruleChangingProbes,
  ...groupProbes,
  ...logProbes,
  ...rowProbes,
  ...eventProbes,
];
