/**
 * A copy of the trust bundle as a secret of a bunny's vault. The hand may read and set the one secret of this name, in
 * each bunny's vault, and no other: there are no keys in it.
 */
import { TRUST_BUNDLE } from "../link/trust.ts";
import { CloudError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import type { VaultSecrets } from "../vault-secrets/vault-secrets.ts";
import type { CopyStore } from "./copy-store.ts";

const CONTENT_TYPE = "application/json";

export function vaultCopy(secrets: Pick<VaultSecrets, "readCurrent" | "set">): CopyStore {
  return {
    async read() {
      const current = await secrets.readCurrent(TRUST_BUNDLE);
      // Somebody has done so on purpose, and nobody can tell what it says.
      if (current === "disabled") throw disabled();
      if (current === null || current === "taken") return current;
      const { version, createdAt, value } = current;
      return { version, at: createdAt, text: value.unwrap() };
    },
    async write(text) {
      const wanted = { value: new Secret(text), tags: {}, contentType: CONTENT_TYPE };
      const set = await secrets.set(TRUST_BUNDLE, wanted);
      return typeof set === "string" ? set : { version: set.version };
    },
  };
}

function disabled(): CloudError {
  const operation = "GetSecret";
  const code = "SecretDisabled";
  return new CloudError({ provider: "azure", operation, target: TRUST_BUNDLE, code, retryable: false });
}
