/** What every operation reads of a request, and the plain answer. */
import type * as z from "zod";
import type { Answer, Exchange } from "../../network/json-listener.ts";
import { badParameter } from "./operations.ts";

const PAGE_MAX = 25;

export interface Page {
  readonly skip: number;
  readonly max: number;
}

/** Which page of a list is asked for, and where the one after it is. */
export function pageOf(exchange: Exchange): {
  readonly page: Page;
  readonly nextLink: (nextSkip: number | undefined) => string | null;
} {
  const query = exchange.url.searchParams;
  const max = pageNumber(query.get("maxresults"), PAGE_MAX);
  if (max < 1 || max > PAGE_MAX) throw badParameter(`maxresults must be 1 to ${PAGE_MAX}`);
  return {
    page: { skip: pageNumber(query.get("$skiptoken"), 0), max },
    nextLink(nextSkip) {
      if (nextSkip === undefined) return null;
      const next = new URL(exchange.url);
      next.searchParams.set("$skiptoken", String(nextSkip));
      return next.href;
    },
  };
}

function pageNumber(text: string | null, absent: number): number {
  if (text === null) return absent;
  if (!/^\d{1,6}$/.test(text)) throw badParameter(`'${text}' is not a page number`);
  return Number(text);
}

export function parseBody<T>(schema: z.ZodType<T>, exchange: Exchange): T {
  const parsed = schema.safeParse(jsonOf(exchange));
  if (parsed.success) return parsed.data;
  const fault = parsed.error.issues[0];
  throw badParameter(`Property ${fault?.path.join(".")} has invalid value: ${fault?.message}`);
}

function jsonOf(exchange: Exchange): unknown {
  try {
    return JSON.parse(exchange.body.toString("utf8"));
  } catch {
    throw badParameter("The request body is not valid JSON.");
  }
}

export function ok(json: unknown): Answer {
  return { status: 200, json };
}
