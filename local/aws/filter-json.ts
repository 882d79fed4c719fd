/**
 * The JSON form of a filter pattern, such as `{ ($.level = "warn" || $.status >= 400) && $.serial NOT EXISTS }`.
 * Regular expressions and array selectors are published too; they are refused here, not misread.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { FilterPatternError } from "./filter-pattern-error.ts";

export type Condition = (document: unknown) => boolean;

const token =
  /\s*(?:(?<symbol>&&|\|\||!=|<=|>=|[()=<>])|(?<selector>\$(?:\.?\['[^']+'\]|\.[\w-]+)+)|"(?<text>(?:[^"\\]|\\.)*)"|(?<word>[\w.*:/+-]+))/y;
const numeric = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

interface Token {
  readonly kind: "symbol" | "selector" | "text" | "word";
  readonly value: string;
}

/** Takes what stands between the braces. Throws `FilterPatternError`. */
export function parseJsonPattern(source: string): Condition {
  const parser = new Parser(tokenize(source));
  const condition = parser.either();
  parser.end();
  return condition;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const rest = source.trimEnd();
  const reader = new RegExp(token);
  while (reader.lastIndex < rest.length) {
    const at = reader.lastIndex;
    const groups = reader.exec(rest)?.groups;
    if (groups === undefined) throw new FilterPatternError(`not understood: ${rest.slice(at).trim()}`);
    const { symbol, selector, text, word } = groups;
    if (symbol !== undefined) tokens.push({ kind: "symbol", value: symbol });
    else if (selector !== undefined) tokens.push({ kind: "selector", value: selector });
    else if (text !== undefined) tokens.push({ kind: "text", value: text.replaceAll(/\\(.)/g, "$1") });
    else if (word !== undefined) tokens.push({ kind: "word", value: word });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  either(): Condition {
    const parts = [this.#both()];
    while (this.#skip("||")) parts.push(this.#both());
    return (document) => parts.some((part) => part(document));
  }

  end(): void {
    const left = this.#tokens[this.#next];
    if (left !== undefined) throw new FilterPatternError(`unexpected ${left.value}`);
  }

  #both(): Condition {
    const parts = [this.#one()];
    while (this.#skip("&&")) parts.push(this.#one());
    return (document) => parts.every((part) => part(document));
  }

  #one(): Condition {
    if (!this.#skip("(")) return this.#comparison();
    const inner = this.either();
    if (!this.#skip(")")) throw new FilterPatternError("a closing parenthesis is missing");
    return inner;
  }

  #comparison(): Condition {
    const selector = this.#take("selector");
    const path = pathOf(selector.value);
    const operator = this.#take("symbol", "word");
    if (operator.kind === "word") return this.#named(path, operator.value);
    return compare(path, operator.value, this.#take("text", "word"));
  }

  #named(path: readonly string[], first: string): Condition {
    const name = `${first} ${this.#take("word").value}`;
    switch (name) {
      case "NOT EXISTS":
        return (document) => valueAt(document, path) === undefined;
      case "IS NULL":
        return (document) => valueAt(document, path) === null;
      case "IS TRUE":
        return (document) => valueAt(document, path) === true;
      case "IS FALSE":
        return (document) => valueAt(document, path) === false;
    }
    throw new FilterPatternError(`unknown operator ${name}`);
  }

  #take(...kinds: readonly Token["kind"][]): Token {
    const found = this.#tokens[this.#next];
    if (found === undefined) throw new FilterPatternError("the pattern ends too early");
    if (!kinds.includes(found.kind)) throw new FilterPatternError(`unexpected ${found.value}`);
    this.#next += 1;
    return found;
  }

  #skip(symbol: string): boolean {
    const found = this.#tokens[this.#next];
    if (found?.kind !== "symbol" || found.value !== symbol) return false;
    this.#next += 1;
    return true;
  }
}

function pathOf(selector: string): string[] {
  const parts = selector.slice(1).matchAll(/\.?\['(?<quoted>[^']+)'\]|\.(?<plain>[\w-]+)/g);
  return [...parts].map(({ groups }) => groups?.["quoted"] ?? groups?.["plain"] ?? "");
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

function compare(path: readonly string[], operator: string, operand: Token): Condition {
  if (operand.kind === "word" && numeric.test(operand.value)) {
    return compareNumber(path, operator, Number(operand.value));
  }
  if (operator !== "=" && operator !== "!=") {
    throw new FilterPatternError(`${operator} compares only with a number`);
  }
  const wanted = wildcard(operand.value);
  return (document) => {
    const value = valueAt(document, path);
    // Objects, arrays, null and what is missing never match, not even with "!=".
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return false;
    return wanted.test(String(value)) === (operator === "=");
  };
}

function compareNumber(path: readonly string[], operator: string, wanted: number): Condition {
  const comparisons: Readonly<Record<string, (value: number) => boolean>> = {
    "=": (value) => value === wanted,
    "!=": (value) => value !== wanted,
    "<": (value) => value < wanted,
    "<=": (value) => value <= wanted,
    ">": (value) => value > wanted,
    ">=": (value) => value >= wanted,
  };
  const holds = comparisons[operator];
  if (holds === undefined) throw new FilterPatternError(`unexpected ${operator}`);
  return (document) => {
    const value = valueAt(document, path);
    return typeof value === "number" && holds(value);
  };
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "s");
}
