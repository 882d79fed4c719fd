/** What an alert says of who changed a group. Texts from outside stand within quotes, or alone in their fact. */
import * as z from "zod";
import { cut, type Fact, TEXT_MAX } from "../alerts/condition.ts";
import { compareText } from "../runtime/compare-text.ts";
import { toIso } from "../runtime/instant.ts";
import { Actor, actorWords, Tool, toolWords, UNKNOWN_ACTOR } from "./actor.ts";
import type { ToldDrift, ToldSeen } from "./group-report.ts";

/** Who made a difference, as far as that is known; short enough to be remembered. */
export const Doing = z.object({
  certainty: z.enum(["named", "likely", "unknown"]),
  actor: Actor,
  at: z.int().nonnegative().nullable(),
  sourceAddress: z.string().min(1).max(128).nullable(),
  tool: Tool.nullable(),
  /** What was added and removed, in words; null when the event does not say. */
  did: z.string().max(TEXT_MAX.value).nullable(),
});
export type Doing = z.infer<typeof Doing>;

/** Only the sweep saw it, or too many might have done it. */
export const NOBODY_KNOWN: Doing = {
  certainty: "unknown",
  actor: UNKNOWN_ACTOR,
  at: null,
  sourceAddress: null,
  tool: null,
  did: null,
};

export const doingOf = (certainty: "named" | "likely", seen: ToldSeen): Doing => {
  const { actor, at, sourceAddress, tool } = seen;
  return { certainty, actor, at, sourceAddress, tool, did: didWords(seen) };
};

/** Null: nobody's doing, as the link itself wants something else now. */
export function doingOfDrift({ certainty, change }: ToldDrift, seen: readonly ToldSeen[]): Doing | null {
  if (certainty === "link") return null;
  const made = seen.find(({ id }) => id === change);
  return certainty === "unknown" || made === undefined ? NOBODY_KNOWN : doingOf(certainty, made);
}

/** More of one kind are told in numbers. */
const TOLD_MAX = 3;

/** Who, when, from where, with what, and what; each once for however many have a part in it, in whatever order. */
export function attributionFacts(given: readonly Doing[]): Fact[] {
  const doings = given.toSorted(byCertainty);
  const facts: [string, readonly (string | null)[]][] = [
    ["Who", doings.map(whoWords)],
    ["When", timesOf(doings)],
    ["From", doings.map(({ sourceAddress }) => sourceAddress)],
    ["With", doings.map(({ tool }) => (tool === null ? null : toolWords(tool)))],
    ["Did", doings.map(({ did }) => did)],
  ];
  return facts.flatMap(([label, values]) => factOf(label, values));
}

const CERTAINTIES = Doing.shape.certainty.options;
/** Somebody with a name comes before those without one. */
const byCertainty = (one: Doing, other: Doing): number =>
  CERTAINTIES.indexOf(one.certainty) - CERTAINTIES.indexOf(other.certainty) ||
  (one.at ?? 0) - (other.at ?? 0) ||
  compareText(JSON.stringify(one), JSON.stringify(other));

function whoWords({ certainty, actor }: Doing): string {
  const who = actorWords(actor);
  return certainty === "likely" ? `probably ${who}` : who;
}

/** From the first to the last of them. */
function timesOf(doings: readonly Doing[]): string[] {
  const times = doings.flatMap(({ at }) => at ?? []);
  if (times.length === 0) return [];
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return [first === last ? toIso(first) : `${toIso(first)} to ${toIso(last)}`];
}

function factOf(label: string, values: readonly (string | null)[]): Fact[] {
  const distinct = [...new Set(values.filter((value) => value !== null))];
  const value = inShort(distinct);
  return value === null ? [] : [{ label, value: cut(value, TEXT_MAX.value) }];
}

/** Null of none. */
export function inShort(texts: readonly string[], max = TOLD_MAX, count = texts.length): string | null {
  if (count === 0) return null;
  const told = texts.slice(0, max);
  const more = count - told.length;
  return [...told, ...(more > 0 ? [`${more} more`] : [])].join("; ");
}

function didWords({ added, removed, isComplete }: ToldSeen): string | null {
  const all = [...added.map((rule) => `added ${rule}`), ...removed.map((rule) => `removed ${rule}`)];
  const told = inShort(all);
  if (told === null) return null;
  return cut(isComplete ? told : `${told}; perhaps others`, TEXT_MAX.value);
}
