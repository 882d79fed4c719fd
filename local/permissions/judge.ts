/**
 * Holds the recorded questions against the policies of the whole link: nothing was asked that is not allowed, and
 * nothing is allowed that was not used, but what is listed with its reason; and nothing was used that is listed as never
 * used.
 */
import type { Graph, PolicyDocument } from "../graph/schema.ts";
import { handRoles, handUses } from "./hand-roles.ts";
import { type Recording, stagePrefixOf } from "./recording.ts";
import { facetsOf, namedStatements } from "./statements.ts";
import { isAbout, type Part, type Unused } from "./unused.ts";
import { useKey, usesIn } from "./used.ts";

export interface Judged {
  /** A sentence each. */
  readonly faults: readonly string[];
  readonly counts: { readonly allowed: number; readonly used: number; readonly recordings: number };
}

/** As much of the graph as is looked at. */
export interface Judging extends Pick<Graph, "app" | "stage" | "roleDefinitions"> {
  readonly functions: readonly {
    readonly logicalName: string;
    readonly role: { readonly policy: PolicyDocument };
  }[];
}

interface Allowed extends Part {
  /** By which it is found among the uses. */
  readonly key: string;
}

export async function judge(
  graph: Judging,
  recordings: readonly Recording[],
  unused: readonly Unused[],
): Promise<Judged> {
  const allowed = [...allowedInAws(graph), ...allowedInAzure(graph)];
  const uses = await usesOf(recordings);
  const listed = (part: Allowed) => unused.find((one) => isAbout(one, part));
  const ofNobody = unused.filter((one) => !allowed.some((part) => isAbout(one, part)));
  const known = new Set(allowed.map(({ key }) => key));
  return {
    faults: [
      ...outside(recordings),
      ...allowed
        .filter((one) => !uses.has(one.key) && listed(one) === undefined)
        .map(({ key }) => `${key}: is allowed, and no run used it`),
      ...allowed
        .filter((one) => uses.has(one.key) && listed(one)?.used === "never")
        .map(({ key }) => `${key}: is listed as never used, and some run used it`),
      ...ofNobody.map(({ who, what }) => `${who}: ${what} is listed as unused, and is not allowed at all`),
      ...[...uses]
        .filter((key) => !known.has(key))
        .map((key) => `${key}: the whole link has no such statement`),
    ],
    counts: {
      allowed: allowed.length,
      used: allowed.filter(({ key }) => uses.has(key)).length,
      recordings: recordings.length,
    },
  };
}

function allowedInAws({ functions }: Judging): Allowed[] {
  return functions.flatMap(({ logicalName, role }) =>
    namedStatements(role.policy).flatMap(({ name, statement }) =>
      facetsOf(statement).map(({ what }) => ({
        who: logicalName,
        what,
        statement: name,
        key: useKey({ logicalName, statement: name, what }),
      })),
    ),
  );
}

const allowedInAzure = (graph: Judging): Allowed[] =>
  handRoles(graph.roleDefinitions, stagePrefixOf(graph)).flatMap(({ kind, actions }) =>
    actions.map((action) => ({ who: kind, what: action, statement: undefined, key: `${kind}: ${action}` })),
  );

async function usesOf(recordings: readonly Recording[]): Promise<Set<string>> {
  const inAws = await usesIn(recordings);
  const inAzure = recordings.flatMap(({ hand, stagePrefix }) => [...handUses(hand, stagePrefix)]);
  return new Set([...inAws, ...inAzure]);
}

function outside(recordings: readonly Recording[]): string[] {
  const denied = recordings.flatMap(({ roles, hand }) => [
    ...roles.flatMap(({ logicalName, questions }) =>
      questions.flatMap(({ action, resource, result }) =>
        result === "denied" ? [`${logicalName}: asked for ${action} on ${resource}, and may not`] : [],
      ),
    ),
    ...hand.asked.flatMap(({ action, scope, allowed }) =>
      allowed ? [] : [`the Function App: asked for ${action} on ${scope}, and may not`],
    ),
  ]);
  return [...new Set(denied)];
}
