/** The form of an EC2 call as a tree: `TunnelOptions.IKEVersion.1.Value=ikev2` is an object, a list, and an object in it. */
import { Refusal } from "../../stand-in/operations.ts";

export type Tree = string | Tree[] | { [name: string]: Tree };

type Branch = Map<string, Branch | string>;

/** Throws `Refusal` for a name that is both a value and the way to another one. */
export function treeOf(form: URLSearchParams): Tree {
  const root: Branch = new Map();
  for (const [name, value] of form) plant(root, name.split("."), value);
  return toTree(root);
}

function plant(branch: Branch, [name = "", ...rest]: readonly string[], value: string): void {
  const here = branch.get(name);
  if (rest.length === 0) {
    if (here !== undefined) throw malformed(name);
    branch.set(name, value);
    return;
  }
  if (typeof here === "string") throw malformed(name);
  const next: Branch = here ?? new Map();
  branch.set(name, next);
  plant(next, rest, value);
}

/** Members numbered from 1 are a list, in the order of their numbers. */
function toTree(branch: Branch): Tree {
  const members = [...branch].map(([name, value]): [string, Tree] => [
    name,
    typeof value === "string" ? value : toTree(value),
  ]);
  if (members.length > 0 && members.every(([name]) => /^[1-9]\d*$/.test(name))) {
    return members.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value);
  }
  return Object.fromEntries(members);
}

const malformed = (name: string) =>
  new Refusal(400, "MalformedQueryString", `The query string contains ${name} in two forms.`);
