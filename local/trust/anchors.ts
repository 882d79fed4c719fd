/**
 * What a workload makes of a published trust bundle. Each CA is trusted by itself and for itself: only the first
 * certificate of its chain becomes an anchor, because to trust a parent would let in whoever else it signs for, and a
 * CA that was taken out of the bundle would be let in by its parent.
 */

import { splitPem } from "../../shared/certificates/pem.ts";
import type { Serial } from "../../shared/certificates/schema.ts";
import { parseBundle } from "../../shared/trust/document.ts";

export interface Anchors {
  readonly version: string;
  /** Grows with each bundle. */
  readonly number: number;
  /** One CA certificate for each CA. */
  readonly pem: string;
  /** Leaves that are accepted no more, though their CA and their dates are in order. */
  readonly revoked: ReadonlySet<Serial>;
}

/** Undefined when it is no bundle. */
export function readAnchors(text: string): Anchors | undefined {
  try {
    const { version, number, authorities, revoked } = parseBundle(text);
    return {
      version,
      number,
      pem: authorities.flatMap(({ pem }) => splitPem(pem).slice(0, 1)).join("\n"),
      revoked: new Set(revoked.map(({ serial }) => serial)),
    };
  } catch {
    return undefined;
  }
}
