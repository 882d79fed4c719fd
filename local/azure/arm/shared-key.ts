/**
 * The pre-shared key of a connection, in clear for whoever may read it. A change goes on after its answer, and until its
 * end the old key is shown; some are accepted and come to nothing.
 * https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateway-connections/set-shared-key
 */
import * as z from "zod";
import type { Answer } from "../../network/json-listener.ts";
import type { Faults } from "../../stand-in/faults.ts";
import type { VpnWorld } from "../../vpn/world.ts";
import type { ShownTunnel } from "./answers.ts";
import { accepted, type Operation } from "./long-running.ts";
import { cannotParse } from "./nsg/refusals.ts";

const IGNORED_PROBABILITY = 0.02;
const FAILED_PROBABILITY = 0.02;

/**
 * Printable ASCII without space, hyphen and tilde (https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-vpn-faq), up
 * to what a reset takes (package `@azure/arm-network`, ConnectionResetSharedKey.keyLength).
 */
const SharedKey = z.object({ value: z.string().regex(/^[!-,.-}]{1,128}$/) });

export function sharedKeyAnswer({ azure }: ShownTunnel): Answer {
  return { status: 200, json: { value: azure.preSharedKey } };
}

/** Throws `Refusal`, which never repeats the key, not even a bad one. */
export function parseSharedKey(body: Buffer): string {
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch {
    throw cannotParse("The body is not JSON.");
  }
  const parsed = SharedKey.safeParse(json);
  if (!parsed.success)
    throw cannotParse("The shared key is missing, or has characters that are not allowed.");
  return parsed.data.value;
}

export interface KeyChange {
  readonly world: VpnWorld;
  readonly faults: Faults;
  readonly shown: ShownTunnel;
  readonly value: string;
  readonly begun: Operation;
  /** A test wants this one to be accepted and to come to nothing. */
  readonly isIgnored: boolean;
}

/** What was begun ends by itself; one that is ignored ends as if it had been done. */
export function changeSharedKey({ world, faults, shown, value, begun, isIgnored }: KeyChange): Answer {
  const fails = faults.chance("network:SetSharedKey fails", FAILED_PROBABILITY);
  const ignored = isIgnored || faults.chance("network:SetSharedKey ignored", IGNORED_PROBABILITY);
  world.changeAzureKey(shown.tunnel, fails || ignored ? null : value, () => {
    begun.status = fails ? "Failed" : "Succeeded";
  });
  return formOf(faults, begun, value);
}

/** All three are in the description of the operation (package `@azure/arm-network`). */
function formOf(faults: Faults, begun: Operation, value: string): Answer {
  const { headers = {} } = accepted(begun);
  if (faults.chance("network:SetSharedKey as 202", 0.3)) return accepted(begun);
  const status = faults.chance("network:SetSharedKey as 201", 0.3) ? 201 : 200;
  return { status, headers, json: { value } };
}
