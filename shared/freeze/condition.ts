/** What is told of a freeze: it is an incident for as long as it lasts. */
import type { Condition } from "../alerts/condition.ts";
import type { Freeze } from "./schema.ts";

export const CONCERN = "freeze";

/** What the hand said when it was told: null when it has the word, and else why it does not. */
export type HandWord = string | null;

export function freezeConditions(freeze: Freeze, hand: HandWord): Condition[] {
  if (!freeze.frozen) return [];
  const { word } = freeze;
  const known =
    word === "unreadable"
      ? { reason: "not known: what the table says of it cannot be read", by: "not known" }
      : word;
  return [
    {
      key: "freeze",
      concern: CONCERN,
      severity: "warning",
      title: "The link is frozen: nothing is changed in either cloud",
      facts: [
        { label: "Reason", value: known.reason },
        { label: "By", value: known.by },
        { label: "Azure's half", value: hand === null ? "frozen too" : `not told yet: ${hand}` },
      ],
      ...("at" in known ? { since: known.at } : {}),
      actions: [],
      links: [],
      runbook: "freeze",
    },
  ];
}
