/**
 * A probe asks one question of one operation and says what came back in a form that can be compared: no ids, no
 * instants, nothing that may differ between two servers which both are right.
 */
import * as z from "zod";
import { type Call, Refused, refusalText } from "./call.ts";

/** What a case needs to be there before it asks. Each call makes a new one. */
export interface Ground {
  readonly call: Call;
  /** The ARN of an active root CA (EC P-256, general purpose) without certificates. */
  readonly authority: () => Promise<string>;
  /** The name of a secret without a value. */
  readonly secret: () => Promise<{ readonly name: string; readonly arn: string }>;
  /** The name of a table with the key `pk`, `sk`, both strings. */
  readonly table: () => Promise<string>;
  /** The name of a log group without streams. */
  readonly logGroup: () => Promise<string>;
  /** A group with the egress rule that a new one has, in a VPC that is not the default one. */
  readonly securityGroup: () => Promise<{ readonly id: string; readonly vpcId: string }>;
  /** Whether an event fits a pattern; rejects with `Refused` for a pattern that is none. */
  readonly fits: (pattern: string, event: string) => Promise<boolean>;
}

export type Case = {
  readonly name: string;
  /** Asked with the command line too. */
  readonly main?: true;
} & (
  | { /** Answers JSON. A `Refused` that it lets through is an answer too. */ readonly run: Run }
  | { /** Only whether and how it is refused counts. */ readonly refuses: Run }
);

type Run = (ground: Ground) => Promise<unknown>;

export interface Probe {
  /** `service:Operation`, or the path of a part of the local world, as in docs/fidelity.md. */
  readonly operation: string;
  readonly cases: readonly Case[];
}

export type Asked =
  | { readonly kind: "answer"; readonly text: string }
  /** The server could not be asked, or the probe is wrong: never an answer. */
  | { readonly kind: "broken"; readonly reason: string };

/** An answer that is not in the form that the SDK's model promises is an answer too, and named by where it is not. */
export async function ask(one: Case, ground: Ground): Promise<Asked> {
  try {
    if ("run" in one) return { kind: "answer", text: canonical(await one.run(ground)) };
    await one.refuses(ground);
    return { kind: "answer", text: "answered" };
  } catch (error) {
    if (error instanceof Refused) return { kind: "answer", text: refusalText(error) };
    if (error instanceof z.ZodError) {
      const places = error.issues.map((issue) => issue.path.join(".") || "the whole");
      return { kind: "answer", text: `not in form: ${[...new Set(places)].toSorted().join(", ")}` };
    }
    return {
      kind: "broken",
      reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}

/** The refusal of a call in the middle of a case; "answered" when there was none. */
export async function refusalOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return "answered";
  } catch (error) {
    if (error instanceof Refused) return refusalText(error);
    throw error;
  }
}

/** JSON with sorted members, so that the order of an answer's members is no difference. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
