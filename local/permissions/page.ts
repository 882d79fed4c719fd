/** The part of docs/security.md that is written by a program, between two markers. */

const BEGIN = "<!-- Written by `npm run permissions -- --write`. -->";
const END = "<!-- The end of what is written. -->";

/** Throws for a page without the markers. */
export function writtenPart(page: string): string {
  const [from, to] = placeOf(page);
  return page.slice(from, to).trim();
}

export function withPart(page: string, part: string): string {
  const [from, to] = placeOf(page);
  return `${page.slice(0, from)}\n\n${part}\n\n${page.slice(to)}`;
}

function placeOf(page: string): [number, number] {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the page lacks ${BEGIN} and, after it, ${END}`);
  return [begin + BEGIN.length, end];
}
