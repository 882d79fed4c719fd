/**
 * The keys of the Azure ends, asked of the hand. Whatever it does not say of a tunnel's key is not known of that tunnel,
 * and says nothing about the others.
 */
import type { HandOf } from "../azure-api/client.ts";
import { OBSERVE_MAX, type Outcome } from "../azure-api/contract.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { inParallel } from "../runtime/in-parallel.ts";
import type { Secret } from "../runtime/secret.ts";
import type { CannotTell } from "../tunnels/schema.ts";
import type { AzureKeys } from "./pre-shared-ports.ts";

type KeyHand = HandOf<"keys.observe-tunnels" | "keys.set-tunnel">;
type Told = string | null | CannotTell;

const BATCHES_AT_ONCE = 3;

/** `read` never throws for a cloud's failure: each tunnel has its own. */
export function azureKeys(hand: KeyHand): AzureKeys {
  return {
    async read(names, salt) {
      const found = new Map<string, Told>();
      await inParallel(BATCHES_AT_ONCE, batchesOf(names), async (batch) => {
        const told = await ask(hand, batch, salt);
        for (const name of batch) found.set(name, told(name));
      });
      return found;
    },
    async set({ tunnel: { name, outsideIp }, key, over, salt, fence }) {
      const order = { name, outsideIp, key: key.unwrap(), over, salt: salt.unwrap(), fence };
      const answer = await hand("keys.set-tunnel", order);
      return answer.outcome === "begun" ? "begun" : { refused: answer.reason };
    },
  };
}

function batchesOf(names: readonly string[]): string[][] {
  const count = Math.ceil(names.length / OBSERVE_MAX);
  return Array.from({ length: count }, (_, at) => names.slice(at * OBSERVE_MAX, (at + 1) * OBSERVE_MAX));
}

async function ask(hand: KeyHand, names: readonly string[], salt: Secret): Promise<(name: string) => Told> {
  const answer = await orCloudError(() =>
    hand("keys.observe-tunnels", { names: [...names], salt: salt.unwrap() }),
  );
  if (answer instanceof CloudError) return () => ({ unknown: answer.code });
  if (answer.outcome === "refused") return () => ({ unknown: answer.reason });
  const told = new Map(answer.tunnels.map((one) => [one.name, toldOf(one)]));
  return (name) => {
    const one = told.get(name);
    return one === undefined ? { unknown: "not-answered" } : one;
  };
}

type Answered = Outcome<"keys.observe-tunnels">["tunnels"][number];

const toldOf = (one: Answered): Told => ("problem" in one ? { unknown: one.problem.code } : one.fingerprint);
