/** What Warrener does about each cause, and whom it asks to look at once. It never blocks an address. */
import type { CauseKind, WakeTarget } from "./cause.ts";

interface Remedy {
  /** A sentence of ours, with no full stop. */
  readonly does: string;
  readonly wake: WakeTarget | null;
}

const TAKE_UP = "Nothing, as the newer one is in the vault: see that bunny's pods mount it and load it again";

export const REMEDIES: Record<CauseKind, Remedy> = {
  ended: { does: "A new certificate is asked for at once", wake: "certificates" },
  "not-taken-up": { does: TAKE_UP, wake: "certificates" },
  clock: { does: "Nothing: set the clock of relay's nodes", wake: null },
  "trust-changed": { does: "The trust bundle is looked at again at once", wake: "trust" },
  "not-trusted": {
    does: "The trust bundle and the certificate's chain are looked at again at once",
    wake: "trust",
  },
  revoked: { does: "The certificate is replaced at once, if it was not yet", wake: "certificates" },
  purpose: { does: "The certificate is looked at again at once", wake: "certificates" },
  "no-certificate": {
    does: "Nothing, unless the vault has none: see that bunny's pods mount its certificate",
    wake: "certificates",
  },
  "key-previous": { does: "The API keys are looked at again at once", wake: "api-keys" },
  "key-pending": { does: "The API keys are looked at again at once", wake: "api-keys" },
  "key-unknown": { does: "The API keys are looked at again at once", wake: "api-keys" },
  "key-current": {
    does: "The API keys are looked at again at once: see that relay's pods have loaded the key set",
    wake: "api-keys",
  },
  "key-of-another": {
    does: "The API keys are looked at again at once: see that bunny's pods mount their own",
    wake: "api-keys",
  },
  scope: { does: "Nothing: see what bunny asks for, and what the link gives it", wake: null },
  "tunnel-rotating": {
    does: "What was begun goes on, and brings both ends to one key",
    wake: "pre-shared-keys",
  },
  "tunnel-keys": { does: "Both ends are brought back to the stored key", wake: "pre-shared-keys" },
  unclear: { does: "Nothing: the cause is not known", wake: null },
};
