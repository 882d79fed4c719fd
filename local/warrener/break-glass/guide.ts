/**
 * Steps for a person, with the commands of each. They are pasted into a POSIX shell, so every name in them is either a
 * word that no shell reads anything into, or quoted. No step shows a key: what could is sent into a file.
 */
import { type Line, toLines } from "../line.ts";

export interface Step {
  /** The same in every version of the text, for whoever reads it as data. */
  readonly id: string;
  /** A sentence or more. */
  readonly text: string;
  /** One line each. */
  readonly commands: readonly string[];
}

export interface Guide {
  readonly title: string;
  readonly steps: readonly Step[];
}

/** The commands stand further to the right than all else, and can be pasted as they are. */
export function sayGuide({ title, steps }: Guide): Line[] {
  const lines = steps.flatMap(({ text, commands }, index) => [
    "",
    `${index + 1}. ${text}`,
    ...commands.map((command) => `     ${command}`),
  ]);
  return toLines([title, ...lines]);
}

const PLAIN = /^[\w@%+=:,./-]+$/;

/** One word of a POSIX shell. */
export const quote = (text: string): string =>
  PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A text in a JMESPath expression (https://jmespath.org/specification.html#literal-expressions). */
export const literal = (text: string): string => `\`${JSON.stringify(text).replaceAll("`", "\\`")}\``;
