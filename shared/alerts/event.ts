/**
 * What the link's bus is told of incidents: source "warrener", detail-type "Warrener Incident", and this detail. One
 * event when an incident opens, when its severity changes, and when it is over.
 *
 * One may come twice, with the same id; and when two runs meet, both may say that an incident opened. So who listens
 * keeps one thing for each `incident`, and goes by the event of it with the highest `revision`.
 */
import * as z from "zod";
import { toIso } from "../runtime/instant.ts";
import { InstantSchema, Severity, TEXT_MAX } from "./condition.ts";
import { type Incident, lastedSeconds } from "./incident.ts";

const IsoInstant = z.iso.datetime();
const Text = z.string();

export const IncidentEvent = z.strictObject({
  version: z.literal(1),
  /** The same when the same thing is told again. */
  id: z.string().regex(/^[0-9a-f]{32}-\d+$/),
  /** Of this incident alone, from when it opened until it was over. */
  incident: z.string().regex(/^[0-9a-f]{32}$/),
  /** What it is about; the next incident about the same has the same key. */
  key: Text,
  link: Text,
  concern: Text,
  change: z.enum(["opened", "escalated", "de-escalated", "closed", "reopened"]),
  /** Of two events of one incident, the higher one is the later. */
  revision: z.int().positive(),
  state: z.enum(["open", "closed"]),
  severity: Severity,
  title: Text.max(TEXT_MAX.title),
  /** Their values may be texts from outside: show them as such. */
  facts: z.array(z.strictObject({ label: Text, value: z.union([Text, z.int()]) })),
  links: z.array(z.strictObject({ text: Text, url: Text })),
  /** The anchor of the entry of the operating guide that says what to do. */
  runbook: Text,
  /** When it began, where that is known. */
  since: IsoInstant.nullable(),
  openedAt: IsoInstant,
  closedAt: IsoInstant.nullable(),
  /** Null while it is open. */
  lastedSeconds: InstantSchema.nullable(),
  /** When what is told here was seen. */
  at: IsoInstant,
});
export type IncidentEvent = z.infer<typeof IncidentEvent>;

export function incidentEvent(link: string, incident: Incident): IncidentEvent {
  const { id, key, concern, revision, state, severity, title, facts, links, runbook } = incident;
  const isoOrNull = (at: number | null) => (at === null ? null : toIso(at));
  return {
    version: 1,
    id: `${id}-${revision}`,
    incident: id,
    key,
    link,
    concern,
    change: changeOf(incident),
    revision,
    state,
    severity,
    title,
    facts,
    links,
    runbook,
    since: isoOrNull(incident.since),
    openedAt: toIso(incident.openedAt),
    closedAt: isoOrNull(incident.closedAt),
    lastedSeconds: lastedSeconds(incident),
    at: toIso(incident.changedAt),
  };
}

/** Since what was announced last: changes that were overtaken before they could be are not announced. */
function changeOf({ announced, state, severity }: Incident): IncidentEvent["change"] {
  if (state === "closed") return "closed";
  if (announced === null) return "opened";
  if (announced.state === "closed") return "reopened";
  const ranks = Severity.options;
  return ranks.indexOf(severity) < ranks.indexOf(announced.severity) ? "escalated" : "de-escalated";
}
