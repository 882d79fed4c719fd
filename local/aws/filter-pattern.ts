/**
 * CloudWatch Logs filter patterns: terms that a message contains, or a condition on a message that is one JSON
 * document. Case matters. Whatever is not in this subset is refused.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { parseJsonPattern } from "./filter-json.ts";
import { FilterPatternError } from "./filter-pattern-error.ts";

export type Filter = (message: string) => boolean;

/** Throws `FilterPatternError`. */
export function parseFilterPattern(pattern: string): Filter {
  const text = pattern.trim();
  if (text === "") return () => true;
  if (text.startsWith("{") && text.endsWith("}")) return jsonFilter(text.slice(1, -1));
  return termFilter(text);
}

function jsonFilter(source: string): Filter {
  const condition = parseJsonPattern(source);
  return (message) => {
    const document = parseJson(message);
    return document !== undefined && condition(document);
  };
}

/** Undefined for a message that is not one JSON document: such a message matches no JSON pattern. */
function parseJson(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

interface Term {
  readonly mark: string;
  readonly text: string;
}

function termFilter(source: string): Filter {
  const terms = parseTerms(source);
  const marked = (mark: string) => terms.filter((term) => term.mark === mark).map((term) => term.text);
  const [all, none, any] = [marked(""), marked("-"), marked("?")];
  return (message) => {
    if (none.some((term) => message.includes(term))) return false;
    // Optional terms count only where they stand alone: beside required ones they are ignored.
    if (all.length === 0 && any.length > 0) return any.some((term) => message.includes(term));
    return all.every((term) => message.includes(term));
  };
}

function parseTerms(source: string): Term[] {
  const reader = /\s*(?<mark>[?-]?)(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>\w+))(?=\s|$)/y;
  const terms: Term[] = [];
  while (reader.lastIndex < source.length) {
    const at = reader.lastIndex;
    const groups = reader.exec(source)?.groups;
    const text = groups?.["quoted"]?.replaceAll(/\\(.)/g, "$1") ?? groups?.["plain"];
    if (text === undefined) {
      throw new FilterPatternError(`not understood: ${source.slice(at).trim()}`);
    }
    terms.push({ mark: groups?.["mark"] ?? "", text });
  }
  return terms;
}
