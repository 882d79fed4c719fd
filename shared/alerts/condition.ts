/**
 * What a concern reports: something that holds now and that a person should know. It says nothing of messages: what
 * is opened, edited or closed follows from what was reported before (plan.ts).
 *
 * Canonical after parsing: texts are cut to what can be kept and shown, so that what is reported again is never
 * taken for something new, and no text from outside can be too long to tell of.
 */
import * as z from "zod";
import type { Instant } from "../runtime/instant.ts";

export const Severity = z.enum(["critical", "warning", "notice"]);
export type Severity = z.infer<typeof Severity>;

/** The most severe first. */
export const severityRank = (severity: Severity): number => Severity.options.indexOf(severity);

export interface Fact {
  readonly label: string;
  readonly value: string | number;
}

export interface Link {
  readonly text: string;
  /** https. */
  readonly url: string;
}

/** Something that was done or happened, told once in the incident's thread. */
export interface Note {
  /** The same whenever the same thing is reported again. */
  readonly id: string;
  readonly at: Instant;
  readonly text: string;
}

export interface Condition {
  /** Names it within the link, such as "tunnels", "tunnel:one-a:maintenance" or "certificate:bunny-client:late". */
  readonly key: string;
  readonly concern: string;
  readonly severity: Severity;
  /** In our own words: no text from outside. */
  readonly title: string;
  /** Every other text may come from outside. What changes at each look does not belong here: it edits the message. */
  readonly facts: readonly Fact[];
  /** When it began, as far as that is known. */
  readonly since?: Instant | undefined;
  /** What was done about it. */
  readonly actions: readonly Note[];
  readonly links: readonly Link[];
  /** The entry of docs/operating.md that says what to do: its anchor. */
  readonly runbook: string;
}

export const TEXT_MAX = { title: 150, label: 60, value: 300, note: 500, name: 200, url: 2_000 } as const;
/** A section of a Slack message has ten fields at most (package d.ts of @slack/types). */
const FACTS_MAX = 10;
const LINKS_MAX = 5;

export const InstantSchema = z.int().nonnegative();

const ELLIPSIS = "…";

/** Cut to so many UTF-16 units, without half a character; what was cut once is not cut again. */
export function cut(text: string, max: number): string {
  // Half characters would come back from the store as another text.
  const whole = text.toWellFormed();
  if (whole.length <= max) return whole;
  const kept = whole.slice(0, max - ELLIPSIS.length);
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}${ELLIPSIS}`;
}

export const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const text = (max: number) => z.string().transform((value) => cut(value, max));
const NAME = /^[A-Za-z0-9][A-Za-z0-9-]*(:[A-Za-z0-9][A-Za-z0-9-]*)*$/;
export const Key = z.string().max(TEXT_MAX.name).regex(NAME);
export const Concern = z.string().regex(/^[a-z][a-z-]{0,39}$/);

/** Numbers that the store does not give back as they were are kept as texts. */
const FactSchema = z.object({
  label: text(TEXT_MAX.label),
  value: z
    .custom<string | number>((value) => typeof value === "string" || typeof value === "number")
    .transform((value) => (Number.isSafeInteger(value) ? value : cut(String(value), TEXT_MAX.value))),
});
const LinkSchema = z.object({ text: text(TEXT_MAX.label), url: z.string() });
export const NoteSchema = z.object({
  id: z.string().min(1).max(TEXT_MAX.name),
  at: InstantSchema,
  text: text(TEXT_MAX.note),
});

/** Of two of one id, the same one comes first in whatever order they are given. */
const byTime = (one: Note, other: Note): number =>
  one.at - other.at || compare(one.id, other.id) || compare(one.text, other.text);

const isUsable = ({ url }: Link): boolean =>
  url.length <= TEXT_MAX.url && URL.canParse(url) && new URL(url).protocol === "https:";

/** What is shown of an incident beside its state. */
export const CONTENT = {
  severity: Severity,
  title: text(TEXT_MAX.title),
  facts: z.array(FactSchema).transform((facts) => facts.slice(0, FACTS_MAX)),
  since: InstantSchema.nullable().default(null),
  /** A link that nobody could follow is left out: it must not keep the rest from being told. */
  links: z.array(LinkSchema).transform((links) => links.filter(isUsable).slice(0, LINKS_MAX)),
  runbook: z.string().max(TEXT_MAX.name),
};

export const ConditionSchema = z.object({
  key: Key,
  concern: Concern,
  ...CONTENT,
  actions: z.array(NoteSchema).transform((notes) => notes.toSorted(byTime)),
});
/** A condition as it is compared and kept. */
export type CanonicalCondition = z.output<typeof ConditionSchema>;
