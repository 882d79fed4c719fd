/** What docs/security.md says of permissions, written from the evaluated deployment of the whole link. */
import type { Graph, Statement } from "../graph/schema.ts";
import { handRoles, kindOfRole } from "./hand-roles.ts";
import { type PlainOptions, plain, plainList } from "./plain.ts";
import { stagePrefixOf } from "./recording.ts";
import { resourcePolicies } from "./resource-policies.ts";
import { namedStatements } from "./statements.ts";
import type { Unused } from "./unused.ts";

export interface TableParts {
  readonly graph: Graph;
  /** The link's name. */
  readonly link: string;
  readonly unused: readonly Unused[];
}

/** Markdown, without the markers around it. */
export function permissionTables(parts: TableParts): string {
  const { graph } = parts;
  return [
    'What each function may do; "used" says whether the runs of the tests and of the demo use each part: none does what is "not" used, and what is used "in some runs only" may be left out by the next.',
    table(["may", "on", "only where", "functions", "used"], functionRows(parts)),
    "What the Function App may do, beside the built-in roles [above](#what-each-role-may-do):",
    table(["role", "may", "on", "used"], handRows(parts)),
    "Who may use a thing by the thing's own policy:",
    table(["thing", "who", "may", "only where"], policyRows(graph, parts)),
  ].join("\n\n");
}

type Row = readonly string[];

const HOW: Readonly<Record<Unused["used"], string>> = { never: "not", "in-some-runs": "in some runs only" };

const table = (head: Row, rows: readonly Row[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Functions that may do the same share a row. */
function functionRows({ graph, link, unused }: TableParts): Row[] {
  const rows = new Map<string, { cells: Row; functions: string[]; not: string[] }>();
  for (const { logicalName, name: itself, role } of graph.functions) {
    const options = { graph, link, itself };
    const code = `\`${plain(itself, options).replace(/^.*>-/, "")}\``;
    for (const { name, statement } of namedStatements(role.policy)) {
      const cells = [
        actionsOf(statement),
        plainList(statement.Resource ?? [], options),
        conditionsOf(statement, options),
      ];
      const row = rows.get(cells.join()) ?? { cells, functions: [], not: [] };
      row.functions.push(code);
      for (const { what, used, reason } of unused.filter(
        (one) => one.who === logicalName && one.statement === name,
      ))
        row.not.push(`${HOW[used]} by ${code}: \`${what}\`, ${reason}`);
      rows.set(cells.join(), row);
    }
  }
  return [...rows.values()]
    .map(({ cells, functions, not }) => [
      ...cells,
      functions.toSorted().join(", "),
      not.toSorted().join("; ") || "yes",
    ])
    .toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
}

const actionsOf = ({ Action }: Statement): string =>
  Action.toSorted()
    .map((action) => `\`${action}\``)
    .join(", ");

function conditionsOf({ Condition = {} }: Statement, options: PlainOptions): string {
  const each = Object.entries(Condition).flatMap(([operator, pairs]) =>
    Object.entries(pairs).map(([key, values]) => {
      const list = typeof values === "string" ? [values] : values;
      return `\`${key}\` ${operator} ${plainList(list, options)}`;
    }),
  );
  return each.toSorted().join("; ");
}

function handRows({ graph, link, unused }: TableParts): Row[] {
  const prefix = stagePrefixOf(graph);
  return handRoles(graph.roleDefinitions, prefix).map(({ kind, actions }) => {
    const ids = graph.roleDefinitions.filter((one) => kindOfRole(one, prefix) === kind).map(({ id }) => id);
    const scopes = graph.roleAssignments
      .filter(({ roleDefinitionId }) => ids.includes(roleDefinitionId))
      .map(({ scope }) => scope);
    const may = actions.map((action) => `\`${action}\``).join(", ");
    const not = unused
      .filter(({ who }) => who === kind)
      .map(({ what, used, reason }) => `${HOW[used]} \`${what}\`: ${reason}`);
    return [`\`${kind}\``, may, plainList(scopes, { graph, link }), not.join("; ") || "yes"];
  });
}

function policyRows(graph: Graph, { link }: TableParts): Row[] {
  const options = { graph, link };
  const rows = resourcePolicies(graph).flatMap(({ owner, policy }) =>
    policy.Statement.map((statement) => [
      `\`${thingOf(owner, graph, options)}\``,
      `${statement.Effect === "Deny" ? "**not** " : ""}${whoOf(statement, options)}`,
      actionsOf(statement),
      conditionsOf(statement, options),
    ]),
  );
  return rows.toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
}

/** A key has no name but that of what it protects. */
function thingOf(owner: string, { secrets }: Graph, options: PlainOptions): string {
  const under = secrets.filter(({ kmsKeyArn }) => kmsKeyArn === owner).map(({ arn }) => plain(arn, options));
  const [first, ...others] = under.toSorted();
  if (first === undefined) return plain(owner, options);
  return `key of ${first}${others.length === 0 ? "" : ` and ${others.length} more`}`;
}

function whoOf({ Principal }: Statement, options: PlainOptions): string {
  if (Principal === undefined) return "nobody";
  if (Principal === "*") return "everybody";
  return plainList(Object.values(Principal).flat(), options);
}
