/**
 * What is known of the link's own: which serials, keys and tunnels are ours. By it a refused caller is told to be one
 * of ours, or a stranger. Pure.
 */
import { parseNetwork } from "../allowlists/address.ts";
import type { Instant } from "../runtime/instant.ts";
import { provesSerial } from "./classes.ts";
import type { AuthEvent } from "./schema.ts";

/** One version of a bunny's certificate. */
export interface KnownCertificate {
  /** The link's name for it. */
  readonly name: string;
  /** Whom it names, lower case; the first is what the caller is told of by. At least one. */
  readonly names: readonly string[];
  readonly serial: string;
  readonly notAfter: Instant;
  /** When it was merged, and so came to bunny's vault; null when nothing says that it was. */
  readonly mergedAt: Instant | null;
}

export interface KnownApiKey {
  readonly id: string;
  /** The link's name for it. */
  readonly name: string;
  readonly identity: string;
  readonly state: "current" | "pending" | "previous";
}

export interface KnownTunnel {
  readonly name: string;
  readonly outsideIp: string;
}

export interface Known {
  readonly certificates: readonly KnownCertificate[];
  readonly apiKeys: readonly KnownApiKey[];
  readonly tunnels: readonly KnownTunnel[];
  /** Where bunnies call from; canonical. */
  readonly callers: readonly string[];
}

/** How sure it is that a caller is the one. */
export type Certainty =
  | "proven"
  /** It says so, and calls from where bunnies call from. */
  | "likely"
  /** It says so, and the log does not show where it calls from. */
  | "claimed";

export interface Owner {
  readonly identity: string;
  readonly certainty: Certainty;
}

/**
 * Whose failure, or success, it is; null when nobody's of ours. A serial of ours from elsewhere proves nothing: such a
 * caller is a stranger, or any stranger could keep an incident of bunny's open.
 *
 * Who has the certificate's private key is who it names, whatever key he comes with: that may be another bunny's.
 */
export function ownerOf(event: AuthEvent, known: Known): Owner | null {
  if (event.identity !== null) return { identity: nameOf(event.identity, known), certainty: "proven" };
  const certificate = known.certificates.find(({ serial }) => serial === event.serial);
  const [identity] = certificate?.names ?? [];
  if (identity !== undefined && provesSerial(event)) return { identity, certainty: "proven" };
  const key = known.apiKeys.find(({ id }) => id === event.apiKeyId);
  // A key's id is logged only of a request that came with the key.
  if (key !== undefined) return { identity: nameOf(key.identity, known), certainty: "proven" };
  const certainty = claimOf(event, known);
  return identity === undefined || certainty === null ? null : { identity, certainty };
}

/** Several names of one certificate are one caller. */
const nameOf = (identity: string, { certificates }: Known): string =>
  certificates.find(({ names }) => names.includes(identity))?.names[0] ?? identity;

function claimOf({ source }: AuthEvent, known: Known): Certainty | null {
  if (source === null) return "claimed";
  return isCaller(source, known) ? "likely" : null;
}

/** Does it call from where bunnies call from? */
export function isCaller(source: string, { callers }: Known): boolean {
  const address = parseNetwork(source);
  return (
    address !== null &&
    callers.some((text) => {
      const network = parseNetwork(text);
      return (
        network !== null &&
        network.family === address.family &&
        network.first <= address.first &&
        address.first < network.end
      );
    })
  );
}

/** The link's name of the tunnel whose end at AWS has that address. */
export const tunnelOf = ({ tunnel }: AuthEvent, { tunnels }: Known): string | null =>
  tunnels.find(({ outsideIp }) => outsideIp === tunnel)?.name ?? null;
