/**
 * The hand's verbs for tunnels: it reads the Azure ends, and resets one that is broken. It finds connections by the
 * link's names, and looks at all of the link's before it touches one: it believes no caller that a tunnel is down.
 */
import type { Body, Outcome, Problem, RefusalReason, Refused } from "../azure-api/contract.ts";
import { raiseFence } from "../lease/hand.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import type { Rows } from "../rows/rows.ts";
import { CloudError } from "../runtime/errors.ts";
import type { ConnectionId, Connections } from "./connections.ts";
import type { AzureEnd } from "./schema.ts";

export interface TunnelHand {
  /** By the tunnels' names. */
  readonly places: ReadonlyMap<string, ConnectionId>;
  readonly connections: Connections;
  readonly rows: Rows;
}

/** One tunnel that cannot be read never hides the others. */
export async function observeTunnelEnds(
  hand: TunnelHand,
  { names }: Body<"tunnels.observe">,
): Promise<Outcome<"tunnels.observe">> {
  const tunnels = await Promise.all(
    names.map(async (name) => {
      const read = await readOrProblem(hand, name);
      return "code" in read ? { name, problem: read } : { name, end: read };
    }),
  );
  return { outcome: "observed", tunnels };
}

async function readOrProblem(hand: TunnelHand, name: string): Promise<AzureEnd | Problem> {
  const id = hand.places.get(name);
  if (id === undefined) return { code: "unknown-tunnel", operation: "tunnels.observe", retryable: false };
  try {
    return await hand.connections.read(id);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation, retryable, throttled } = error;
    return { code, operation, retryable, throttled };
  }
}

/**
 * Throws `CloudError` when it is not known whether the reset was begun. What fails before it is a refusal: while any of
 * the link's connections cannot be read, that one may be the last that is up.
 */
export async function resetTunnel(
  { places, connections, rows }: TunnelHand,
  { name, outsideIp, fence }: Body<"tunnels.reset">,
): Promise<Outcome<"tunnels.reset">> {
  const id = places.get(name);
  if (id === undefined) return refused("unknown-tunnel", `the link's half here has no tunnel ${name}`);
  const ends = await orCloudError(() =>
    Promise.all([...places].map(async ([other, place]) => ({ other, end: await connections.read(place) }))),
  );
  if (ends instanceof CloudError) return unsure(ends);
  const refusal = findRefusal(ends, name, outsideIp);
  if (refusal !== null) return refusal;
  // Right before the reset: nothing that comes after it may still say no.
  const lost = await orCloudError(() => raiseFence(rows, fence));
  if (lost instanceof CloudError) return unsure(lost);
  if (lost !== null) return refused(lost.reason, lost.detail);
  const begun = await connections.reset(id);
  return begun === "busy" ? busy("its gateway") : { outcome: "resetting" };
}

type NamedEnd = { readonly other: string; readonly end: AzureEnd };

function findRefusal(ends: readonly NamedEnd[], name: string, outsideIp: string): Refused | null {
  const target = ends.find(({ other }) => other === name)?.end;
  if (target?.outsideIp !== outsideIp)
    return refused("other-outside-address", "the connection leads to another address than this tunnel's");
  const changing = ends.find(({ end }) => isChanging(end));
  if (changing !== undefined) return busy(changing.other);
  // What Azure does not say may well be up, and what may be up is not taken down as the last one.
  const mayBeUp = target.status === "connected" || target.status === "unknown";
  const otherIsUp = ends.some(({ other, end }) => other !== name && end.status === "connected");
  return mayBeUp && !otherIsUp
    ? refused("last-tunnel", "no other connection of the link is known to be up")
    : null;
}

/** One change at a time on the link: a gateway takes no second one, and two tunnels are never worked on at once. */
export const isChanging = ({ provisioning }: AzureEnd): boolean =>
  provisioning === "updating" || provisioning === "creating" || provisioning === "deleting";

const unsure = ({ operation, code }: CloudError): Refused =>
  refused("cannot-tell", `${operation} failed: ${code}`);

const busy = (what: string): Refused => refused("tunnel-busy", `${what} is being changed`);

function refused(reason: RefusalReason, detail: string): Refused {
  return { outcome: "refused", reason, detail };
}
