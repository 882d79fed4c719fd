/**
 * bunny's vaults as the brain reaches them: by way of the hand. All keys of a run are looked at with as few calls as
 * can be; whatever is not said of one key is that key's trouble, and no other's.
 */
import { CALL_TIMEOUT_MS, type HandOf } from "../azure-api/client.ts";
import { OBSERVE_MAX, type Outcome } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import type { KeyVault } from "./api-key-ports.ts";
import type { VaultKey } from "./api-key-schema.ts";

export interface KeyHandAsker {
  readonly hand: HandOf<"keys.observe-key" | "keys.set-key">;
  readonly remainingMs: () => number;
}

type Observed = Extract<Outcome<"keys.observe-key">, { readonly outcome: "observed" }>["keys"];

/**
 * For one run: the first key that is read looks at all `names`, and the others take their answer from that look.
 * Setting a key compares with what was seen, so a look that is some seconds old loses nothing.
 */
export function keyVaults(asker: KeyHandAsker, names: readonly string[]): (name: string) => KeyVault {
  const looks = new Map<string, Promise<Observed>>();
  const lookFor = (name: string): Promise<Observed> => {
    const known = looks.get(name);
    if (known !== undefined) return known;
    const batch = batchOf(names, name);
    const look = observe(asker, batch);
    for (const one of batch) looks.set(one, look);
    return look;
  };
  return (name) => ({
    readKey: async () => keyOf(await lookFor(name), name),
    setKey: async (key, over) => {
      const body = { name, keyId: key.facts.id, key: key.key.unwrap(), over };
      const answer = await inTime(asker, "keys.set-key", name, () => asker.hand("keys.set-key", body));
      if (answer.outcome === "set") return "set";
      if (answer.reason === "observation-stale") return "elsewhere";
      if (answer.reason === "key-deleted") return "deleted";
      throw failed("keys.set-key", name, answer.reason);
    },
  });
}

/** The batch of `names` that has this one; a name that is not among them is looked at by itself. */
function batchOf(names: readonly string[], name: string): readonly string[] {
  const at = names.indexOf(name);
  if (at === -1) return [name];
  const first = at - (at % OBSERVE_MAX);
  return names.slice(first, first + OBSERVE_MAX);
}

async function observe(asker: KeyHandAsker, names: readonly string[]): Promise<Observed> {
  const target = names.join(" ");
  const answer = await inTime(asker, "keys.observe-key", target, () =>
    asker.hand("keys.observe-key", { names: [...names] }),
  );
  if (answer.outcome === "refused") throw failed("keys.observe-key", target, answer.reason);
  return answer.keys;
}

function keyOf(observed: Observed, name: string): VaultKey | null | "deleted" {
  const found = observed.find((one) => one.name === name);
  if (found === undefined) throw failed("keys.observe-key", name, "not-answered");
  if (!("problem" in found)) return found.key;
  throw new CloudError({ provider: "azure", target: name, ...found.problem });
}

async function inTime<T>(
  { remainingMs }: KeyHandAsker,
  operation: string,
  target: string,
  ask: () => Promise<T>,
): Promise<T> {
  if (remainingMs() < CALL_TIMEOUT_MS) throw failed(operation, target, "no-time-left");
  return await ask();
}

/** Whether it is worth another try, the next look decides: it plans anew. */
const failed = (operation: string, target: string, code: string): CloudError =>
  new CloudError({ provider: "azure", operation, target, code, retryable: true });
