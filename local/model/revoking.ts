/** A link whose CA revokes, with a certificate in use; and what of it is ordered and revoked. */
import type { RevocationOrder, RevocationReason } from "../../shared/certificates/revocation-order.ts";
import { createModel, type Model, type ModelOptions } from "./brain.ts";
import { linkOf } from "./link.ts";

export const OPERATOR = "arn:aws:iam::111122223333:role/operator";
export const WEEK = 604_800;

export const linkOfMode = (mode: "short-lived" | "general-purpose") =>
  linkOf({ bunny: [{}] }, { certificateAuthority: { commonName: "Test CA", mode } });

/** A certificate in use, under a CA that revokes. */
export async function inUse(options: ModelOptions = { link: linkOfMode("general-purpose") }) {
  const model = await createModel(options);
  await model.run();
  await use(model);
  return model;
}

/** relay accepts the newest version, and a run sees it. */
export async function use(model: Model): Promise<void> {
  model.clock.advance(60);
  model.usage.accept(newestOf(model).serial, model.clock.now());
  await model.run();
}

export function newestOf(model: Model) {
  const newest = model.authority.issues.at(-1);
  if (newest === undefined) throw new Error("nothing was issued");
  return newest;
}

export const order = async (model: Model, serial: string, reason: RevocationReason) =>
  await model.journal.orderRevocation({
    serial,
    certificate: "bunny-client",
    reason,
    origin: "person",
    orderedBy: OPERATOR,
    orderedAt: model.clock.now(),
    state: "ordered",
  });
export const ordersOf = (model: Model): readonly RevocationOrder[] => [...model.journal.revocations.values()];
export const revokedBy = (model: Model) => [...model.authority.revoked.entries()];
