/**
 * One line for a terminal. Names, reasons and details come from clouds, CSRs and tables, where strangers may write:
 * whatever is printed goes through here, so that no text can move the cursor, hide a part of itself or forge a line.
 */
import * as z from "zod";

/** Control characters, line separators, what turns the direction of text or is not seen, and halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const HEX_DIGITS = 4;

/** As JSON writes them, so that it also holds for a line of JSON. */
const showUnseen = (text: string): string =>
  text.replaceAll(UNSEEN, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(HEX_DIGITS, "0")}`,
    ).join(""),
  );

export const Line = z.string().overwrite(showUnseen).brand<"Line">();
export type Line = z.infer<typeof Line>;

export const toLines = (texts: readonly string[]): Line[] => texts.map((text) => Line.parse(text));
