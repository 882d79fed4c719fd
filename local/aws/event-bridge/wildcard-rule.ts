/** `wildcard`: `*` stands for any text, also none; `\*` and `\\` stand for themselves. */
import { PatternError } from "./pattern-error.ts";

/** Throws `PatternError`. */
export function parseWildcard(text: string): (value: string) => boolean {
  const parts = text.match(/\\[\s\S]|[\s\S]/g) ?? [];
  if (parts.some((part, index) => part === "*" && parts[index - 1] === "*")) {
    throw new PatternError("Consecutive wildcard characters");
  }
  const source = parts.map((part) => (part === "*" ? "[\\s\\S]*" : escapeForm(literalOf(part))));
  const form = new RegExp(`^${source.join("")}$`);
  return (value) => form.test(value);
}

function literalOf(part: string): string {
  if (!part.startsWith("\\")) return part;
  const escaped = part.slice(1);
  if (escaped !== "*" && escaped !== "\\") throw new PatternError("Invalid escape character in wildcard");
  return escaped;
}

const escapeForm = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
