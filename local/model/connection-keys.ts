/** The keys of the Azure ends in memory, as their adapter behaves at the real ones: a test says how each is. */
import type { ConnectionKeys } from "../../shared/keys/connection-keys.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import { Secret } from "../../shared/runtime/secret.ts";

export interface ModelConnectionKeys extends ConnectionKeys {
  /** By resource id: null where there is none, and `unreadable` where Azure does not say. */
  readonly stored: Map<string, string | null | "unreadable">;
  /** The changes that were begun, in order; a test ends them. */
  readonly begun: readonly { readonly id: string; readonly key: string }[];
}

export function modelConnectionKeys(given: Readonly<Record<string, string | null>>): ModelConnectionKeys {
  const stored = new Map(Object.entries(given));
  const begun: { id: string; key: string }[] = [];
  const find = (operation: string, id: string): string | null => {
    const found = stored.get(id);
    if (found !== undefined && found !== "unreadable") return found;
    const code = found === undefined ? "ResourceNotFound" : "unreachable";
    throw new CloudError({
      provider: "azure",
      operation,
      target: id,
      code,
      retryable: found !== undefined,
    });
  };
  return {
    stored,
    begun,
    async read(id) {
      const found = find("GetSharedKey", id);
      return found === null ? null : new Secret(found);
    },
    async set(id, key) {
      find("SetSharedKey", id);
      // All of a test's connections are of one gateway, which takes one change at a time.
      if (begun.length > 0) return "busy";
      begun.push({ id, key: key.unwrap() });
      return "begun";
    },
  };
}
