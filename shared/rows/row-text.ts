/**
 * A row's text over as many properties as it takes: `text`, `text2`, `text3` and so on. One holds 64 KiB of UTF-16
 * (https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model).
 */
import { InvariantError } from "../runtime/errors.ts";
import { TEXT_MAX } from "./rows.ts";

const PROPERTY_MAX = 32_000;

const nameOf = (part: number): string => (part === 0 ? "text" : `text${part + 1}`);

/** Throws `InvariantError` for a text that no row holds: whoever writes one bounds it. */
export function splitText(text: string): Record<string, string> {
  if (text.length > TEXT_MAX) throw new InvariantError(`a row's text has over ${TEXT_MAX} characters`);
  const properties: Record<string, string> = {};
  let from = 0;
  for (let part = 0; part === 0 || from < text.length; part += 1) {
    const to = wholeEnd(text, from + PROPERTY_MAX);
    properties[nameOf(part)] = text.slice(from, to);
    from = to;
  }
  return properties;
}

/** Half a character is no text that the table would keep. */
const wholeEnd = (text: string, end: number): number =>
  end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end;

export function joinText(properties: Readonly<Record<string, unknown>>): string {
  let text = "";
  for (let part = 0; ; part += 1) {
    const more = properties[nameOf(part)];
    if (typeof more !== "string") return text;
    text += more;
  }
}
