/** Which lines and batches were counted: a digest of each, as one text of eight characters each. Pure. */
import { hash } from "node:crypto";
import { MARK_LENGTH } from "./memory.ts";

/** 48 bits: among some thousands, one in a hundred billion others is taken for one of them. */
export const markOf = (id: string): string => hash("sha256", id, "base64url").slice(0, MARK_LENGTH);

/** Of a delivery: the same lines in the same order. */
export const markOfAll = (ids: readonly string[]): string => markOf(ids.join("\n"));

export function splitMarks(marks: string): string[] {
  const split: string[] = [];
  for (let from = 0; from < marks.length; from += MARK_LENGTH)
    split.push(marks.slice(from, from + MARK_LENGTH));
  return split;
}

export const countMarks = (marks: string): number => marks.length / MARK_LENGTH;

/** The latest so many. */
export const latestMarks = (marks: string, max: number): string =>
  max === 0 ? "" : marks.slice(-max * MARK_LENGTH);
