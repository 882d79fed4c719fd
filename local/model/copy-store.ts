/** A bunny's copy of the trust bundle in memory, as its adapter behaves at Key Vault; a test can make it not answer. */
import { CloudError } from "../../shared/runtime/errors.ts";
import type { CopyStore, StoredCopy } from "../../shared/trust/copy-store.ts";

export interface ModelCopyStore extends CopyStore {
  /** In the order in which they were added. */
  readonly versions: readonly StoredCopy[];
  deleted: boolean;
  /** The name is a certificate's. */
  taken: boolean;
  /** The next call of this kind fails with this code, before or after it has had its effect. */
  trouble: {
    readonly call: "read" | "write";
    readonly when: "before" | "after";
    readonly code: string;
  } | null;
  /** Called before the next write has its effect, once: another writer comes in between. */
  before: (() => Promise<unknown>) | null;
  /** As somebody with rights in the vault would. */
  writeByHand(text: string): string;
}

export function modelCopyStore(now: () => number): ModelCopyStore {
  const versions: StoredCopy[] = [];
  const add = (text: string): string => {
    const version = (versions.length + 1).toString(16).padStart(32, "0");
    versions.push({ version, text, at: now() });
    return version;
  };
  const fail = (call: "read" | "write", when: "before" | "after") => {
    const { trouble } = store;
    if (trouble?.call !== call || trouble.when !== when) return;
    store.trouble = null;
    const operation = call === "read" ? "GetSecret" : "SetSecret";
    throw new CloudError({
      provider: "azure",
      operation,
      target: "bunny",
      code: trouble.code,
      retryable: true,
    });
  };
  const store: ModelCopyStore = {
    versions,
    deleted: false,
    taken: false,
    trouble: null,
    before: null,
    writeByHand: add,
    async read() {
      fail("read", "before");
      if (store.taken) return "taken";
      return store.deleted ? null : (versions.at(-1) ?? null);
    },
    async write(text) {
      fail("write", "before");
      const { before } = store;
      store.before = null;
      await before?.();
      if (store.taken) return "taken";
      if (store.deleted) return "deleted";
      const version = add(text);
      fail("write", "after");
      return { version };
    },
  };
  return store;
}
