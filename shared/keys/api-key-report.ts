/** How an API key stands, in words for people and never with its value. Pure. */
import { linkDigest } from "../link/load.ts";
import type { Link } from "../link/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import type { SeenApiKey } from "./api-key-rotate.ts";
import type { ObservedApiKey } from "./api-key-schema.ts";
import { KEY_TROUBLES, KEY_WAITS, keyStepText } from "./api-key-words.ts";
import type { BunnysKey } from "./api-keys-desired.ts";
import type { KeysStanding } from "./api-keys-standing.ts";

/** For whoever invoked the function; a person's question is answered in the same form. */
export interface KeysReport {
  readonly link: string;
  readonly linkDigest: string;
  readonly at: Instant;
  /** Then nothing is done before somebody thaws the link. */
  readonly frozen: boolean;
  /** Those that were looked at. */
  readonly keys: readonly KeyReport[];
  /** What a cloud did not answer, by key: what is said of the key is what the others said. */
  readonly problems: readonly { readonly name: string; readonly code: string }[];
  /** One short sentence for each thing that went wrong; of a plan none, as what it found is its answer. */
  readonly trouble: readonly string[];
}

export const headOf = (
  { link }: { readonly link: Link },
  at: Instant,
  { freeze }: Pick<KeysStanding, "freeze">,
): Pick<KeysReport, "link" | "linkDigest" | "at" | "frozen"> => ({
  link: link.name,
  linkDigest: linkDigest(link),
  at,
  frozen: freeze.frozen,
});

export interface KeyReport {
  readonly name: string;
  readonly bunny: string;
  /** Of the current one; null when there is none, or nobody can tell. */
  readonly keyId: string | null;
  readonly createdAt: Instant | null;
  readonly dueAt: Instant | null;
  readonly state: "in-order" | "rotating" | "trouble" | "cannot-tell";
  /** What comes next; null when nothing does, or it waits. */
  readonly step: string | null;
  readonly waiting: string | null;
  readonly troubles: readonly string[];
}

export function keyReport(
  { bunny, desired }: BunnysKey,
  { observed, plan: { step, troubles } }: Pick<SeenApiKey, "observed" | "plan">,
): KeyReport {
  const current = typeof observed.labels === "string" ? null : observed.labels.current;
  const key = current?.key ?? null;
  const createdAt = key === null || current === null ? null : current.createdAt;
  return {
    name: desired.name,
    bunny,
    keyId: key?.id ?? null,
    createdAt,
    dueAt: createdAt === null ? null : createdAt + desired.rotateEverySeconds,
    state: stateOf(observed, step, troubles.length > 0),
    step: step.kind === "none" || step.kind === "wait" ? null : keyStepText(step),
    waiting: step.kind === "wait" ? KEY_WAITS[step.reason] : null,
    troubles: troubles.map(({ reason }) => KEY_TROUBLES[reason]),
  };
}

function stateOf(
  { labels, vault, log }: ObservedApiKey,
  { kind }: { readonly kind: string },
  isTrouble: boolean,
): KeyReport["state"] {
  if ([labels, vault, log].includes("unreadable")) return "cannot-tell";
  if (isTrouble) return "trouble";
  return kind === "none" ? "in-order" : "rotating";
}
