/** The API key in bunny's vault, as the brain sees it by way of the hand. */
import type { KeyVault } from "../../../shared/keys/api-key-ports.ts";
import { CloudError } from "../../../shared/runtime/errors.ts";
import type { KeyVaultModel } from "../../model/api-key-vault.ts";
import type { CallName } from "../../model/calls.ts";
import type { SimulatedCalls } from "../calls.ts";

/** `areApart`: the halves are of different versions, and the hand answers nothing. */
export function keyVaultPort(
  calls: SimulatedCalls,
  vault: KeyVaultModel,
  name: string,
  areApart: () => boolean,
): KeyVault {
  const perform = <T>(call: CallName, work: () => T): Promise<T> =>
    calls.perform(call, name, () => {
      if (!areApart()) return work();
      const operation = call.replace("hand.key-", "keys.");
      throw new CloudError({
        provider: "azure",
        operation,
        target: name,
        code: "other-link",
        retryable: true,
      });
    });
  return {
    readKey: () => perform("hand.key-observe", () => vault.read()),
    setKey: ({ facts }, over) => perform("hand.key-set", () => vault.set(facts.id, over)),
  };
}
