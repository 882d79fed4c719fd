/**
 * Answers in pages: at most so many of a list, and a token for the rest. Without a size, all of it is answered.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-pagination.html
 */
import { invalidValue } from "../refusals.ts";
import { badPageToken } from "./refusals.ts";

interface Wanted {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A page goes on behind the last id of the one before, so what comes and goes meanwhile shifts nothing. */
export function pageOf<T extends { readonly id: string }>(things: readonly T[], wanted: Wanted) {
  const after = wanted.NextToken === undefined ? "" : idIn(wanted.NextToken);
  const left = things.toSorted((a, b) => (a.id < b.id ? -1 : 1)).filter(({ id }) => id > after);
  const page = left.slice(0, wanted.MaxResults ?? left.length);
  const last = page.at(-1);
  const more = page.length < left.length && last !== undefined;
  return { page, ...(more ? { nextToken: tokenOf(last.id) } : {}) };
}

/** Before the call is answered: a bad page is refused to whoever may not look, too. */
export function checkPage({ MaxResults: size, NextToken }: Wanted, { min, max }: Bounds): void {
  if (size !== undefined && (size < min || size > max)) {
    throw invalidValue("maxResults", size, `Expecting a value from ${min} to ${max}.`);
  }
  if (NextToken !== undefined) idIn(NextToken);
}

const prefix = "after ";

const tokenOf = (id: string): string => Buffer.from(`${prefix}${id}`).toString("base64");

function idIn(token: string): string {
  const text = Buffer.from(token, "base64").toString("utf8");
  if (!text.startsWith(prefix)) throw badPageToken();
  return text.slice(prefix.length);
}
