/**
 * An incident as a Slack message: blocks, and a text that says the same in notifications and to screen readers.
 *
 * Pure. Everything that may come from outside passes through escape.ts; `verbatim` keeps Slack from making links and
 * mentions of what looks like some (package d.ts of @slack/types, `MrkdwnElement`).
 */
import { formatDuration } from "../../link/duration.ts";
import { type Instant, toIso } from "../../runtime/instant.ts";
import type { Fact, Note, Severity } from "../condition.ts";
import { type Incident, lastedSeconds } from "../incident.ts";
import { codeSpan, fallback, link, plain, words } from "./escape.ts";
import {
  CONTEXT_ELEMENTS_MAX,
  FACTS_TOTAL_MAX,
  FALLBACK_MAX,
  FIELD_MAX,
  FIELDS_MAX,
  HEADER_MAX,
  LINKS_TOTAL_MAX,
  TEXT_OBJECT_MAX,
} from "./limits.ts";

interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: false;
}
interface Mrkdwn {
  readonly type: "mrkdwn";
  readonly text: string;
  readonly verbatim: true;
}
export type Block =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text: PlainText }
  | { readonly type: "section"; readonly fields: readonly Mrkdwn[] }
  | { readonly type: "context"; readonly elements: readonly (PlainText | Mrkdwn)[] };

export interface Rendered {
  readonly text: string;
  readonly blocks: readonly Block[];
}

export interface Surroundings {
  /** The link's name. */
  readonly link: string;
  /** Where the operating guide is published. */
  readonly runbook?: string | undefined;
}

/** Told by word as well as by symbol: not everybody sees colours. */
const SEVERITIES: Readonly<Record<Severity, string>> = {
  critical: "🔴 Critical",
  warning: "🟠 Warning",
  notice: "🔵 Notice",
};
const OVER = "✅ Over";
const LABEL_MAX = 60;
const NAME_MAX = 100;

export function renderIncident(incident: Incident, surroundings: Surroundings): Rendered {
  const headline = `${incident.state === "closed" ? OVER : SEVERITIES[incident.severity]}: ${incident.title}`;
  const where = `Link ${surroundings.link}, ${timesOf(incident)}`;
  // Once it is over, what held last says nothing any more.
  const facts = incident.state === "closed" ? [] : incident.facts.slice(0, FIELDS_MAX);
  const links = linksOf(incident, surroundings);
  const blocks: Block[] = [
    { type: "header", text: plainText(plain(headline, HEADER_MAX)) },
    { type: "context", elements: [plainText(plain(where))] },
  ];
  if (facts.length > 0)
    blocks.push({ type: "section", fields: facts.map((fact) => fieldOf(fact, facts.length)) });
  if (links.length > 0) blocks.push({ type: "context", elements: links });
  return { text: fallbackOf(headline, where, facts), blocks };
}

/** A reply in the incident's thread. */
export function renderNote({ at, text }: Note): Rendered {
  const when = `${toMinute(at)} UTC`;
  return {
    text: fallback(text, FALLBACK_MAX),
    blocks: [
      { type: "section", text: plainText(plain(text)) },
      { type: "context", elements: [plainText(when)] },
    ],
  };
}

/** What is left of a second message that may not be deleted. */
export function renderDuplicate({ link: name }: Surroundings): Rendered {
  const text = `Told twice: the other message about this, of link ${name}, is the one that is kept up to date.`;
  return {
    text: fallback(text, FALLBACK_MAX),
    blocks: [{ type: "section", text: plainText(plain(text)) }],
  };
}

const plainText = (text: string): PlainText => ({ type: "plain_text", text, emoji: false });
const mrkdwn = (text: string): Mrkdwn => ({ type: "mrkdwn", text, verbatim: true });

/** The year 9999: later instants have another form, and at last none. */
const INSTANT_MAX: Instant = 253_402_300_799;

const toMinute = (at: Instant): string =>
  toIso(Math.min(at, INSTANT_MAX)).replace("T", " ").slice(0, "2026-01-01 00:00".length);

function timesOf(incident: Incident): string {
  const { since, openedAt, closedAt } = incident;
  const lasted = lastedSeconds(incident);
  const from = toMinute(Math.min(since ?? openedAt, openedAt));
  if (closedAt === null || lasted === null) return `since ${from} UTC`;
  return `from ${from} to ${toMinute(closedAt)} UTC (${formatDuration(lasted)})`;
}

function fieldOf({ label, value }: Fact, count: number): Mrkdwn {
  const name = words(label, LABEL_MAX);
  const max = Math.min(FIELD_MAX, Math.floor(FACTS_TOTAL_MAX / count)) - name.length - "**\n".length;
  return mrkdwn(`*${name}*\n${codeSpan(String(value), max)}`);
}

/** What to do comes last, and is never left out. */
function linksOf({ links, runbook }: Incident, surroundings: Surroundings): (PlainText | Mrkdwn)[] {
  const entry = entryOf(runbook, surroundings.runbook);
  let left = LINKS_TOTAL_MAX - entry.text.length;
  const written: Mrkdwn[] = [];
  for (const { url, text } of links.slice(0, CONTEXT_ELEMENTS_MAX - 1)) {
    const one = link(url, text, left);
    if (one === null) continue;
    left -= one.length;
    written.push(mrkdwn(one));
  }
  return [...written, entry];
}

function entryOf(anchor: string, guide: string | undefined): PlainText | Mrkdwn {
  const url = guide === undefined ? null : `${guide}#${encodeURIComponent(anchor.toWellFormed())}`;
  const written = url === null ? null : link(url, "What to do", TEXT_OBJECT_MAX);
  return written === null
    ? plainText(plain(`What to do: operating guide, entry ${anchor}`, NAME_MAX * 2))
    : mrkdwn(written);
}

/** Front-loaded: a phone shows the first hundred characters or so. */
function fallbackOf(headline: string, where: string, facts: readonly Fact[]): string {
  const lines = facts.map(({ label, value }) => `${words(label, LABEL_MAX)}: ${value}`);
  return fallback(
    [headline, where, ...(lines.length === 0 ? [] : [lines.join("; ")])].join(". "),
    FALLBACK_MAX,
  );
}
