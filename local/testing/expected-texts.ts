/**
 * The texts that a test file waits for: what stands in an `expect`, in a table of cases, or in a constant that one of
 * them names. What a test is called, and what it only feeds in, is none of them.
 */
import { parseAst } from "vitest/node";

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** As they stand in the source, quotes and all, one a line. */
export function expectedTexts(source: string): string {
  const nodes = within(parseAst(source, { lang: "ts" }));
  const constants = Map.groupBy(nodes.flatMap(constantOf), ({ name }) => name);
  const found = new Set<Node>();
  const add = (root: unknown): void => {
    for (const node of within(root)) {
      if (found.has(node)) continue;
      found.add(node);
      const name = nameOf(node);
      if (name !== undefined) for (const { value } of constants.get(name) ?? []) add(value);
    }
  };
  for (const node of nodes.flatMap(expectationsOf)) add(node);
  return [...found]
    .filter(isText)
    .map(({ start, end }) => source.slice(start, end))
    .join("\n");
}

const isText = (node: Node): boolean =>
  node.type === "TemplateLiteral" ||
  (node.type === "Literal" && "value" in node && typeof node.value === "string");

/** It and everything below it. */
function within(root: unknown): Node[] {
  if (Array.isArray(root)) return root.flatMap(within);
  if (!isNode(root)) return [];
  return [root, ...Object.values(root).flatMap(within)];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** What a call expects: all of it, or its table of cases. */
function expectationsOf(node: Node): unknown[] {
  if (node.type !== "CallExpression" || !("callee" in node) || !("arguments" in node)) return [];
  const { callee } = node;
  const chain = chainOf(callee);
  if (chain[0] === "expect") return [node];
  // What its answer is then called with is the title, and the test.
  const isTable = isNode(callee) && callee.type === "MemberExpression";
  return isTable && ["each", "for"].includes(chain.at(-1) ?? "") ? [node.arguments] : [];
}

/** `expect(x).not.toBe` is "expect", "not", "toBe". */
function chainOf(node: unknown): string[] {
  if (!isNode(node)) return [];
  const name = nameOf(node);
  if (name !== undefined) return [name];
  if ("callee" in node) return chainOf(node.callee);
  return "object" in node && "property" in node ? [...chainOf(node.object), ...chainOf(node.property)] : [];
}

const nameOf = (node: Node): string | undefined =>
  node.type === "Identifier" && "name" in node && typeof node.name === "string" ? node.name : undefined;

/** A function of one expression too; what a call returns is not written in it. */
const WRITTEN =
  /^(?:Literal|TemplateLiteral|(?:Object|Array|ArrowFunction)Expression|TS(?:As|Satisfies)Expression)$/;

function constantOf(node: Node): { readonly name: string; readonly value: Node }[] {
  if (node.type !== "VariableDeclarator" || !("id" in node) || !("init" in node)) return [];
  const { id, init } = node;
  const name = isNode(id) ? nameOf(id) : undefined;
  if (name === undefined || !isNode(init) || !WRITTEN.test(init.type)) return [];
  const hasBlock = "body" in init && isNode(init.body) && init.body.type === "BlockStatement";
  return hasBlock ? [] : [{ name, value: init }];
}
