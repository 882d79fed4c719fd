/**
 * Idempotency tokens: within five minutes of its first use a token stands for what that use made, and nothing
 * else of the later calls is looked at. A use that was refused does not count.
 */
export const tokenLifeMs = 5 * 60 * 1000;

export class Tokens<T> {
  readonly #uses = new Map<string, { readonly atMs: number; readonly made: Promise<T> }>();

  once(token: string | undefined, nowMs: number, make: () => Promise<T>): Promise<T> {
    if (token === undefined) return make();
    const known = this.#uses.get(token);
    if (known !== undefined && nowMs < known.atMs + tokenLifeMs) return known.made;
    const use = { atMs: nowMs, made: make() };
    this.#uses.set(token, use);
    use.made.catch(() => this.#uses.delete(token));
    return use.made;
  }
}
