/**
 * The hand's verbs for pre-shared keys: it tells which key each Azure end has without telling the key, and begins to
 * change one. It finds connections by the link's names, reads what is there itself, and writes only over what the brain
 * has seen. Whether a change is wise is not judged here: a tunnel may have to lose its key to get its own one back.
 */
import type { Body, Outcome, Problem, RefusalReason, Refused } from "../azure-api/contract.ts";
import { raiseFence } from "../lease/hand.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import type { ConnectionId } from "../tunnels/connections.ts";
import { isChanging, type TunnelHand } from "../tunnels/hand.ts";
import type { AzureEnd } from "../tunnels/schema.ts";
import type { ConnectionKeys } from "./connection-keys.ts";
import { fingerprintOf } from "./pre-shared-fingerprint.ts";
import { isLegalOnBoth } from "./pre-shared-key.ts";

export interface ConnectionKeyHand extends TunnelHand {
  readonly keys: ConnectionKeys;
}

type Told = { readonly name: string } & (
  | { readonly fingerprint: string | null }
  | { readonly problem: Problem }
);

/** One key that cannot be read never hides the others. */
export async function observeTunnelKeys(
  hand: Pick<ConnectionKeyHand, "places" | "keys">,
  { names, salt }: Body<"keys.observe-tunnels">,
): Promise<Outcome<"keys.observe-tunnels">> {
  const ofThisLook = new Secret(salt);
  const tunnels = await Promise.all(names.map((name) => tell(hand, name, ofThisLook)));
  return { outcome: "observed", tunnels };
}

async function tell(
  { places, keys }: Pick<ConnectionKeyHand, "places" | "keys">,
  name: string,
  salt: Secret,
): Promise<Told> {
  const id = places.get(name);
  if (id === undefined) {
    const problem = { code: "unknown-tunnel", operation: "keys.observe-tunnels", retryable: false };
    return { name, problem };
  }
  const key = await orCloudError(() => keys.read(id));
  if (!(key instanceof CloudError)) return { name, fingerprint: mark(salt, name, key) };
  const { code, operation, retryable, throttled } = key;
  return { name, problem: { code, operation, retryable, throttled } };
}

const mark = (salt: Secret, name: string, key: Secret | null): string | null =>
  key === null ? null : fingerprintOf(salt, name, key);

/**
 * Throws `CloudError` when it is not known whether the change was begun. What fails before it is a refusal: then nothing
 * was changed.
 */
export async function setTunnelKey(
  hand: ConnectionKeyHand,
  { name, outsideIp, key, over, salt, fence }: Body<"keys.set-tunnel">,
): Promise<Outcome<"keys.set-tunnel">> {
  const wanted = new Secret(key);
  const id = hand.places.get(name);
  if (id === undefined) return refused("unknown-tunnel", `the link's half here has no tunnel ${name}`);
  // A key that AWS does not take too would leave the tunnel without a way to come up.
  if (!isLegalOnBoth(wanted)) return refused("illegal-key", "the key is not one that both clouds take");
  const seen = await orCloudError(() => look(hand, id));
  if (seen instanceof CloudError) return unsure(seen);
  const refusal = findRefusal(seen.ends, id, outsideIp);
  if (refusal !== null) return refusal;
  if (mark(new Secret(salt), name, seen.key) !== over)
    return refused("observation-stale", "the connection has another key than the one that was observed");
  // Right before the change: nothing that comes after it may still say no.
  const lost = await orCloudError(() => raiseFence(hand.rows, fence));
  if (lost instanceof CloudError) return unsure(lost);
  if (lost !== null) return refused(lost.reason, lost.detail);
  const begun = await hand.keys.set(id, wanted);
  return begun === "busy" ? busy("its gateway") : { outcome: "begun" };
}

interface Seen {
  readonly ends: ReadonlyMap<ConnectionId, AzureEnd>;
  readonly key: Secret | null;
}

async function look({ places, connections, keys }: ConnectionKeyHand, id: ConnectionId): Promise<Seen> {
  const [ends, key] = await Promise.all([
    Promise.all([...places.values()].map(async (one) => [one, await connections.read(one)] as const)),
    keys.read(id),
  ]);
  return { ends: new Map(ends), key };
}

function findRefusal(ends: Seen["ends"], id: ConnectionId, outsideIp: string): Refused | null {
  if (ends.get(id)?.outsideIp !== outsideIp)
    return refused("other-outside-address", "the connection leads to another address than this tunnel's");
  return [...ends.values()].some(isChanging) ? busy("a connection of the link") : null;
}

const unsure = ({ operation, code }: CloudError): Refused =>
  refused("cannot-tell", `${operation} failed: ${code}`);

const busy = (what: string): Refused => refused("tunnel-busy", `${what} is being changed`);

function refused(reason: RefusalReason, detail: string): Refused {
  return { outcome: "refused", reason, detail };
}
