/**
 * Which part of which statement the recorded questions have used. A statement is used by a question that it allows by
 * itself, beside the policy of what is asked about.
 */
import { authorizeBy } from "../aws/authorization.ts";
import type { PolicyDocument } from "../graph/schema.ts";
import type { Question, RecordedRole, Recording } from "./recording.ts";
import { facetsOf, type NamedStatement, namedStatements } from "./statements.ts";

/** A part of a statement of a function's policy. */
export interface Use {
  readonly logicalName: string;
  readonly statement: string;
  /** As facets are named. */
  readonly what: string;
}

export const useKey = ({ logicalName, statement, what }: Use): string =>
  `${logicalName}: ${what} (${statement})`;

/** By `useKey`. */
export async function usesIn(recordings: readonly Recording[]): Promise<Set<string>> {
  const uses = new Set<string>();
  for (const { roles, resourcePolicies } of recordings) {
    for (const role of roles) {
      for (const named of namedStatements(role.policy)) {
        for (const what of await usedOf(role, named, resourcePolicies))
          uses.add(useKey({ logicalName: role.logicalName, statement: named.name, what }));
      }
    }
  }
  return uses;
}

async function usedOf(
  role: RecordedRole,
  { statement }: NamedStatement,
  resourcePolicies: Recording["resourcePolicies"],
): Promise<Set<string>> {
  const alone: PolicyDocument = { Version: "2012-10-17", Statement: [statement] };
  const resources = new Map(Object.entries(resourcePolicies));
  const ask = authorizeBy({ roles: new Map([[role.arn, alone]]), resources });
  const facets = facetsOf(statement);
  const used = new Set<string>();
  for (const question of role.questions) {
    if (question.result === "denied" || !statement.Action.includes(question.action)) continue;
    const open = facets.filter(({ what, uses }) => !used.has(what) && uses(question));
    if (open.length === 0 || (await ask({ roleArn: role.arn, ...wishOf(question) })) === "denied") continue;
    for (const { what } of open) used.add(what);
  }
  return used;
}

const wishOf = ({ action, resource, context }: Question) => ({ action, resource, context });
