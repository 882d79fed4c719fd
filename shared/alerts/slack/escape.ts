/**
 * Makes text from outside harmless in a Slack message: it never is a mention, a link, a date or formatting, never
 * breaks a line, and never turns round or hides what stands beside it.
 *
 * Only `&`, `<` and `>` can be escaped (https://docs.slack.dev/messaging/formatting-message-text#escaping); a backtick
 * that ends a code span cannot, and is replaced.
 */
import { TEXT_OBJECT_MAX } from "./limits.ts";

/** Control characters and line separators: a space. */
const BREAKS = /[\p{Cc}\p{Z}]+/gu;
/** Gone: of zero width, of the direction of writing, fillers that look like nothing, and what no font has. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}|[\p{Cf}\p{Cn}\p{Co}\u2800]/gu;
/** Piled up, marks reach into the lines above and below. */
const PILED_MARKS = /(\p{M}{2})\p{M}+/gu;
const ELLIPSIS = "…";
const EMPTY = "(empty)";

/** In one line, of characters that can be seen; half characters show as �. */
const visible = (text: string): string =>
  text.toWellFormed().replace(UNSEEN, "").replace(BREAKS, " ").replace(PILED_MARKS, "$1").trim() || EMPTY;

const escaped = (character: string): string =>
  character === "&" ? "&amp;" : character === "<" ? "&lt;" : character === ">" ? "&gt;" : character;
const asIs = (character: string): string => character;

/** Cut between characters, never within one or within its escape. */
function within(text: string, max: number, encode: (character: string) => string): string {
  let whole = "";
  let kept = "";
  for (const character of text) {
    whole += encode(character);
    if (whole.length <= max - ELLIPSIS.length) kept = whole;
    if (whole.length > max) return `${kept}${ELLIPSIS}`;
  }
  return whole;
}

/**
 * For a `plain_text` object with `emoji: false`, where Slack documents no formatting. What it might make a link or a
 * mention of all the same is spelt apart, as is usual for addresses that nobody should follow: `https[:]//`, `[@]`.
 */
export function plain(text: string, max = TEXT_OBJECT_MAX): string {
  return within(spelledApart(visible(text)), max, asIs);
}

/** For the text beside the blocks, which notifications and screen readers show: as `plain`, and escaped besides. */
export function fallback(text: string, max: number): string {
  return within(spelledApart(visible(text)).replaceAll("`", "'"), max, escaped);
}

const spelledApart = (text: string): string =>
  text
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .replaceAll("@", "[@]")
    .replace(/:(?=\/\/)/g, "[:]")
    .replace(/\b(mailto|tel|sms|slack|data|javascript):/gi, "$1[:]")
    .replace(/\bwww\./gi, "www[.]");

/** For a `mrkdwn` object: a value, as it is but for backticks, in which nothing is formatting. */
export function codeSpan(text: string, max: number): string {
  return `\`${within(visible(text).replaceAll("`", "'"), max - 2, escaped)}\``;
}

/** For a `mrkdwn` object: a word or a few, of letters, digits and some signs that mean nothing to Slack. */
export function words(text: string, max: number): string {
  const kept = visible(text).replace(/[^\p{L}\p{N}\p{M} .,()/'+-]/gu, " ");
  return within(visible(kept), max, asIs);
}

/** For a `mrkdwn` object: a link, or null for what is no https URL that can be written as one. */
export function link(url: string, text: string, max: number): string | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol !== "https:" || parsed.username !== "" || parsed.password !== "") return null;
  const target = Array.from(parsed.href.replace(/[|<>`\s]/g, encodeURIComponent), escaped).join("");
  const written = `<${target}|${words(text, max)}>`;
  return written.length <= max ? written : null;
}
