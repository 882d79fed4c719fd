/** Defects of what tells people. */
import type { Defect } from "./defect.ts";

const TELL = "shared/alerts/tell-incident.ts";

export const alertDefects: readonly Defect[] = [
  {
    name: "a message whose answer was lost is sent again",
    seed: 3,
    file: TELL,
    from: '      const isUnknown = taken.reason === "outcome-unknown" && isSend(step);',
    to: "      const isUnknown = false;",
    breaks: [5],
  },
  {
    name: "what an earlier attempt may have sent is not looked for",
    file: "shared/alerts/plan-telling.ts",
    from: '  if (told === null) return doubts.message ? { kind: "search" } : { kind: "post" };',
    to: '  if (told === null) return { kind: "post" };',
    breaks: [5],
  },
  {
    name: "a note whose answer was lost is sent again",
    file: "shared/alerts/plan-telling.ts",
    from: '  return doubts.notes ? { kind: "search-notes", message } : { kind: "reply", message, note };',
    to: '  return { kind: "reply", message, note };',
    breaks: [5],
  },
  {
    name: "two tell of one incident at once",
    seed: 5,
    file: TELL,
    from: '  if (read.telling !== null && read.telling.until >= now) return untold("claimed-by-another");',
    to: "",
    breaks: [5],
  },
  {
    name: "a claim is given to whoever asks",
    file: "local/model/incidents.ts",
    from: "        const stands = standsAs(incident, (now) => known.includes(now.telling?.attempt));",
    to: "        const stands = standsAs(incident, () => known.length > 0);",
    breaks: [5, 8],
  },
  {
    name: "an incident is filed before its end is told",
    file: "shared/alerts/incident.ts",
    from: '  incident.state === "closed" && !isUnannounced(incident) && !(messenger && isUntold(incident));',
    to: '  incident.state === "closed" && !isUnannounced(incident) && (messenger || !isUntold(incident));',
    breaks: [5, 8],
  },
  {
    name: "an incident never ends",
    file: "shared/alerts/plan.ts",
    from: '  if (before.state === "closed" || at <= before.observedAt) return null;',
    to: "  if (at >= 0) return null;",
    breaks: [5, 8],
  },
];
