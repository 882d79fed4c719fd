/** The hand of one bunny, over the models of its vault and of its table, for the tests of its verbs. */
import { createModel } from "../../local/model/brain.ts";
import { modelCopyStore } from "../../local/model/copy-store.ts";
import { modelRows } from "../../local/model/rows.ts";
import { certificateToPem } from "../certificates/pem.ts";
import { type CaFacts, readAuthority } from "./authority.ts";
import { writeBundle } from "./document.ts";
import { publishCopy } from "./hand.ts";
import { type RevokedSerial, type TrustBundle, toBundle } from "./schema.ts";

export const NAME = "bunny";
export const NO_VERSION = "f".repeat(32);

export async function openHand() {
  const model = await createModel();
  const [{ chain }] = model.authority.pinned;
  const ca = readAuthority(chain.map(certificateToPem).join(""));
  const rows = modelRows();
  const store = modelCopyStore(model.clock.now);
  const certificates = model.hand.places;
  const hand = {
    ...{ pins: { staying: [ca], outgoing: null }, rows, clock: model.clock.now },
    places: new Map([[NAME, { store, certificates }]]),
  };
  const publish = (bundle: TrustBundle, replaces = store.versions.at(-1)?.version ?? null) =>
    publishCopy(hand, { name: NAME, bundle: writeBundle(bundle), replaces });
  return { model, ca, rows, store, hand, publish };
}

export const bundleOf = (number: number, ca: CaFacts, revoked: RevokedSerial[] = []): TrustBundle =>
  toBundle({ number, authorities: [{ ...ca, since: 1, closedAt: null }], revoked });
export const refusal = (reason: string) => ({ outcome: "refused", reason });
export const published = (version: string | undefined) => ({ outcome: "published", version });
