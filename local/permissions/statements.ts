/**
 * The statements of a policy by a name that stays the same whatever link is deployed: what they allow and what they
 * depend on, without the names of a link's own things. So what runs of one link have used can be said of another's.
 */
import type { PolicyDocument, Statement } from "../graph/schema.ts";
import type { Question } from "./recording.ts";

export interface NamedStatement {
  /** Actions in their order, then operators with their condition keys: one of a kind within a policy. */
  readonly name: string;
  readonly statement: Statement;
}

/** Throws for a policy with two statements of one name, of which nobody could say which was used. */
export function namedStatements(policy: PolicyDocument): NamedStatement[] {
  const named = policy.Statement.map((statement) => ({ name: nameOf(statement), statement }));
  const twice = named.find(({ name }, at) => named.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) throw new Error(`two statements of one policy are ${twice.name}: make them one`);
  return named;
}

function nameOf({ Action, Condition = {} }: Statement): string {
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.keys(keys).map((key) => `${operator} ${key}`),
  );
  const where = conditions.length === 0 ? "" : ` where ${conditions.toSorted().join(", ")}`;
  return `${Action.toSorted().join(", ")}${where}`;
}

/** A part of what a statement allows, each of which has to be used. */
export interface Facet {
  /** `dynamodb:GetItem`, `on prefix-list`, or `keys intent#<link>#*`. */
  readonly what: string;
  /** Of questions that the statement allows. */
  uses(question: Question): boolean;
}

/** Each action; each kind of resource, where there are several; each pattern of a table's keys. */
export function facetsOf(statement: Statement): Facet[] {
  const { Action, Resource = [] } = statement;
  const kinds = [...new Set(Resource.map(kindOf))];
  return [
    ...Action.map((action) => ({ what: action, uses: (question: Question) => question.action === action })),
    ...(kinds.length < 2
      ? []
      : kinds.map((kind) => ({
          what: `on ${kind}`,
          uses: ({ resource }: Question) => kindOf(resource) === kind,
        }))),
    ...leadingKeysOf(statement).map((pattern) => ({
      what: `keys ${pattern.replace(/^([a-z]+)#[^#]+/, "$1#<link>")}`,
      uses: ({ context }: Question) => [context[LEADING_KEYS] ?? []].flat().some(isLike(pattern)),
    })),
  ];
}

const LEADING_KEYS = "dynamodb:LeadingKeys";

const leadingKeysOf = ({ Condition = {} }: Statement): string[] =>
  Object.values(Condition).flatMap((pairs) => [pairs[LEADING_KEYS] ?? []].flat());

/** "prefix-list" of "arn:aws:ec2:eu-west-2:123456789012:prefix-list/pl-1". */
const kindOf = (arn: string): string => /^(?:[^:]*:){5}([a-z-]+)[/:]/.exec(arn)?.[1] ?? arn;

/** IAM's StringLike. */
function isLike(pattern: string): (text: string) => boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const like = new RegExp(`^${parts.join(".*")}$`);
  return (text) => like.test(text);
}
