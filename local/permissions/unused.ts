/**
 * What is allowed and no run uses, or not each, with its reason. Whatever else is allowed has to be used by some run, so
 * that nothing stays in a policy that no program needs.
 */

/** One part of a statement that stays allowed. */
export interface Unused {
  /** Logical name of the function, or what the role in Azure is called. */
  readonly who: string;
  /** An action, or another facet of a statement (statements.ts). */
  readonly what: string;
  /** The statement's name, of a function's. */
  readonly statement?: string;
  /** Whether some runs use it: by chance, or only those of the demo. "never": one that does is a fault of this list. */
  readonly used: "never" | "in-some-runs";
  /** A phrase for docs/security.md. */
  readonly reason: string;
}

const journal = (...actions: string[]) =>
  `${actions.map((action) => `dynamodb:${action}`).join(", ")} where ForAllValues:StringLike dynamodb:LeadingKeys`;
const INCIDENTS = journal("PutItem", "Query", "UpdateItem");
const TELL = "events:PutEvents where ForAllValues:StringEquals events:source, Null events:source";
const BEGINS = "only once one of its incidents begins";
const CHANGES = "only once one of its incidents changes";
const LAST = "Lambda leaves there what failed to its last attempt";

/** Of functions for whose incidents no test waits: the code that reports them is the same for all. */
const reports = (who: string): Unused[] => [
  { ...{ who, what: "dynamodb:PutItem", statement: INCIDENTS }, used: "in-some-runs", reason: BEGINS },
  { ...{ who, what: "dynamodb:UpdateItem", statement: INCIDENTS }, used: "in-some-runs", reason: CHANGES },
];
const tells = (who: string): Unused => ({
  ...{ who, what: "events:PutEvents", statement: TELL },
  used: "in-some-runs",
  reason: BEGINS,
});
const leaves = (who: string): Unused => ({
  ...{ who, what: "sqs:SendMessage", statement: "sqs:SendMessage" },
  used: "in-some-runs",
  reason: LAST,
});

export const UNUSED: readonly Unused[] = [
  {
    ...{ who: "NoteIssuedCertificate", what: "keys link#<link>", statement: journal("GetItem") },
    used: "never",
    reason: "only where somebody has ordered to revoke the same certificate meanwhile",
  },
  {
    ...{ who: "TellIncidents", what: "events:PutEvents", statement: TELL },
    used: "in-some-runs",
    reason: "only where whoever reported an incident could not tell the bus",
  },
  ...["PublishTrust", "RenewRelayCertificate", "RotateApiKeys", "RotatePreSharedKeys"].flatMap(reports),
  ...["PublishTrust", "RotateApiKeys", "RotatePreSharedKeys"].map(tells),
  ...["ReadAuthFailures", "RenewCertificates", "RenewRelayCertificate"].map(leaves),
];

/** A part of what is allowed, as the list names it. */
export interface Part {
  readonly who: string;
  readonly what: string;
  readonly statement: string | undefined;
}

export const isAbout = (one: Unused, { who, what, statement }: Part): boolean =>
  one.who === who && one.what === what && one.statement === statement;
