/** What is wrong with a link: where, and what to do about it. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** A fault for each name that an earlier one has already. `rule` says what to do. */
export function duplicates(
  what: string,
  named: readonly { readonly name: string; readonly path: string }[],
  rule: string,
): Fault[] {
  const first = new Map<string, string>();
  return named.flatMap(({ name, path }) => {
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, path);
    const message = `"${name}" is already the ${what} at ${earlier}: ${rule}`;
    return earlier === undefined ? [] : [{ path, message }];
  });
}
