/** bunny's API keys, each for what it is good for: a link may give one for polling and one for results. */
import type { Scope } from "../../shared/keys/api-key-schema.ts";
import type { Secret } from "../../shared/runtime/secret.ts";
import { ApiKeyInUse, type ApiKeyOptions } from "./api-key-in-use.ts";
import { readMountedKey } from "./mounted-api-key.ts";
import type { NoAnswer } from "./relay-client.ts";

export interface KeyPath {
  /** The key's name in the link. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The mounted file. */
  readonly path: string;
}

export class KeysInUse {
  readonly #keys: readonly { readonly path: KeyPath; readonly key: ApiKeyInUse }[];

  constructor({ paths, ...options }: Omit<ApiKeyOptions, "name"> & { readonly paths: readonly KeyPath[] }) {
    this.#keys = paths.map((path) => ({ path, key: new ApiKeyInUse({ ...options, name: path.name }) }));
  }

  /** Takes note of what is mounted now. */
  async read(): Promise<void> {
    for (const { path, key } of this.#keys) key.offer(await readMountedKey(path.path));
  }

  /** False while one of them was never mounted: its pod would not have started. */
  get areThere(): boolean {
    return this.#keys.every(({ key }) => key.isThere);
  }

  get adopted(): number {
    return this.#keys.reduce((sum, { key }) => sum + key.adopted, 0);
  }

  /** Makes the call with the key that is good for it, and without one where there is none. */
  async use<Answer extends { readonly kind: string }>(
    scope: Scope,
    call: (key: Secret | undefined) => Promise<Answer | NoAnswer>,
  ): Promise<Answer | NoAnswer> {
    const good = this.#keys.find(({ path }) => path.scopes.includes(scope));
    return good === undefined ? await call(undefined) : await good.key.use(call);
  }
}
