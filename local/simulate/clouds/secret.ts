/** The secret of the API key as the brain sees it, over the model of Secrets Manager. */
import type { KeySecret } from "../../../shared/keys/api-key-ports.ts";
import type { KeySecretModel } from "../../model/api-key-secret.ts";
import type { SimulatedCalls } from "../calls.ts";

/** `staleSeconds`: a read shows labels as they were so long ago. */
export function secretPort(
  calls: SimulatedCalls,
  secret: KeySecretModel,
  name: string,
  staleSeconds: () => number,
): KeySecret {
  return {
    readLabels: () =>
      calls.perform("secret.read", name, () =>
        secret.deleted ? "deleted" : secret.labelsOf(secret.placedAgo(staleSeconds())),
      ),
    readKey: (versionId) => calls.perform("secret.read", name, () => secret.keyOf(versionId)),
    write: (versionId, value) => calls.perform("secret.write", name, () => secret.write(versionId, value)),
    move: (label, from, to) => calls.perform("secret.move", name, () => secret.move(label, from, to)),
  };
}
