/** What a function answers to a person's wish, parsed: it may be of another version. */
import * as z from "zod";
import { KeyReport } from "./keys-answer.ts";
import { PlannedOrNot } from "./plan-answer.ts";

/** Left out by functions that refuse nothing. */
const refusal = { outcome: z.string().optional(), reason: z.string().optional() };

/** Of keys, after the look; which of both there is depends on who answers. */
export const RotateAnswer = z.looseObject({
  ...refusal,
  keys: z.array(KeyReport).default([]),
  tunnels: z.array(KeyReport).default([]),
});

/** Of certificates, after the run. */
export const RenewAnswer = z.looseObject({
  ...refusal,
  frozen: z.boolean().default(false),
  certificates: z.array(PlannedOrNot).default([]),
});

const REFUSED: Readonly<Record<string, string>> = {
  "unknown-name": "the deployed function does not look after it: was it deployed from this link?",
};

/** Null when it was asked for. */
export function sayRefused({
  outcome,
  reason = "unknown",
}: {
  readonly outcome?: string | undefined;
  readonly reason?: string | undefined;
}): string | null {
  if (outcome !== "refused") return null;
  return Object.hasOwn(REFUSED, reason) ? (REFUSED[reason] ?? reason) : reason;
}
