/**
 * `npm run warrener -- revoke`: writes an order to revoke a certificate into the journal, and says what will come of
 * it, by the same plan that carries it out. Nothing is revoked here: that is a run's business, which first sees to
 * a replacement.
 */
import * as z from "zod";
import { linkCertificates } from "../../shared/certificates/desired.ts";
import type { Journal } from "../../shared/certificates/journal.ts";
import { planRevocations, type RevocationTarget } from "../../shared/certificates/revocation.ts";
import type { RevocationOrder } from "../../shared/certificates/revocation-order.ts";
import { Serial } from "../../shared/certificates/schema.ts";
import { readCertificateArn } from "../../shared/certificates/serial.ts";
import type { Audit } from "../../shared/journal/audit.ts";
import { changeId } from "../../shared/journal/change.ts";
import { linkDigest } from "../../shared/link/load.ts";
import type { Link } from "../../shared/link/schema.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import type { Clock } from "../../shared/runtime/instant.ts";
import { revocationProspect } from "./revocation-prospect.ts";

const REASONS = { superseded: "SUPERSEDED", "key-compromise": "KEY_COMPROMISE" } as const;

/** As a person writes them; the serial in any of its hexadecimal forms. */
export const RevokeArguments = z.strictObject({
  name: z.string({ error: "name a certificate of the link" }),
  reason: z.enum(["superseded", "key-compromise"], {
    error: "write --reason superseded, or --reason key-compromise",
  }),
  /** Left out: the one that is in use, which of relay's is the one that it serves. */
  serial: Serial.optional(),
});
export type RevokeArguments = z.infer<typeof RevokeArguments>;

export interface RevokeParts {
  readonly link: Link;
  readonly journal: Pick<Journal, "readIntents" | "orderRevocation">;
  readonly audit: Pick<Audit, "record">;
  /** The ARN of whoever orders it. */
  readonly person: string;
  readonly clock: Clock;
  /** What a plan-only run says of the certificate now; null when it could not be read. */
  readonly observe: (name: string) => Promise<RevocationTarget | null>;
}

export interface RevokeAnswer {
  /** "stands": an earlier order was not replaced by this one. */
  readonly outcome: "ordered" | "stands";
  readonly order: RevocationOrder;
  /** For the person. */
  readonly lines: readonly string[];
}

/** Throws `ConfigError`, before anything is written, when the order makes no sense. */
export async function orderRevocation(parts: RevokeParts, asked: RevokeArguments): Promise<RevokeAnswer> {
  const { link, clock } = parts;
  refuseUnlessMeant(link, asked);
  const target = await parts.observe(asked.name);
  const chosen = await chooseSerial(parts, asked, target);
  const order: RevocationOrder = {
    ...chosen,
    certificate: asked.name,
    reason: REASONS[asked.reason],
    origin: "person",
    orderedBy: parts.person,
    orderedAt: clock(),
    state: "ordered",
  };
  const stands = await parts.journal.orderRevocation(order);
  if (!isSame(stands, order)) return { outcome: "stands", order: stands, lines: [sayStands(stands)] };
  await recordOrder(parts, order);
  const [step] = planRevocations(
    [order],
    () => target ?? "unsettled",
    link.certificateAuthority.mode,
    clock(),
  );
  const lines = [...revocationProspect(link, order, step), ...sayNewer(order, target)];
  return { outcome: "ordered", order, lines };
}

/** Who knows the key that relay uses may have found the next one beside it. */
function sayNewer({ serial, reason }: RevocationOrder, target: RevocationTarget | null): string[] {
  const newer = target?.current?.serial;
  if (reason !== "KEY_COMPROMISE" || target?.served !== serial || newer === undefined || newer === serial)
    return [];
  return [
    `The newer one, ${newer}, has a key of its own. If others know that too, order it as well, with --serial ${newer}.`,
  ];
}

function refuseUnlessMeant(link: Link, { name, reason }: RevokeArguments): void {
  const names = linkCertificates(link).map((certificate) => certificate.name);
  if (!names.includes(name))
    throw new ConfigError(`the link has no certificate ${name}: it has ${names.toSorted().join(", ")}`);
  if (reason === "superseded" && link.certificateAuthority.mode === "short-lived") {
    throw new ConfigError(
      "under a short-lived CA nothing is revoked, and what is superseded ends by itself: order nothing, or --reason key-compromise to have it replaced at once",
    );
  }
}

/** With the ARN where an intent knows it: a serial says nothing without its CA, and the link's may be another by now. */
async function chooseSerial(
  { journal }: RevokeParts,
  { name, serial: asked }: RevokeArguments,
  target: RevocationTarget | null,
): Promise<Pick<RevocationOrder, "serial" | "certificateArn">> {
  const current = target?.current?.serial;
  const inUse = target?.served ?? current;
  const serial = asked ?? inUse;
  if (serial === undefined) {
    const why = target === null ? "could not be read now: try again" : "has no current version";
    throw new ConfigError(`${name} ${why}, or say which one is meant with --serial`);
  }
  const intents = await journal.readIntents(name);
  const intent = intents.find(
    ({ certificateArn }) =>
      certificateArn !== undefined && readCertificateArn(certificateArn).serial === serial,
  );
  const chosen =
    intent?.certificateArn === undefined ? { serial } : { serial, certificateArn: intent.certificateArn };
  if (serial === current || serial === inUse) return chosen;
  if (intent === undefined)
    throw new ConfigError(`no certificate of ${name} with the serial ${serial} was issued by Warrener`);
  // A run may be about to merge it: it would be revoked as it comes into use.
  if (intent.state !== "merged" && intent.state !== "outcome-unknown") {
    throw new ConfigError(`${serial} was issued for ${name} and is not in use yet: wait for the next run`);
  }
  return chosen;
}

const isSame = (one: RevocationOrder, other: RevocationOrder): boolean =>
  one.orderedAt === other.orderedAt && one.orderedBy === other.orderedBy && one.reason === other.reason;

function sayStands({ serial, state, reason, orderedBy, orderedAt }: RevocationOrder): string {
  const at = new Date(orderedAt * 1000).toISOString();
  if (state === "revoked") return `${serial} was revoked already, as ${orderedBy} ordered at ${at}.`;
  return `An order for ${serial} stands, for ${reason}, by ${orderedBy} at ${at}. It was left as it is.`;
}

/** Before the run that carries it out records that: a person's order is a change of its own. */
async function recordOrder({ link, audit, person }: RevokeParts, order: RevocationOrder): Promise<void> {
  const { serial, certificate, reason, orderedAt } = order;
  await audit.record({
    id: changeId(link.name, certificate, "order-revocation", `${serial} ${reason} ${orderedAt}`),
    link: link.name,
    linkDigest: linkDigest(link),
    concern: "certificates",
    target: certificate,
    kind: "order-revocation",
    before: null,
    after: { serial },
    reasons: [reason],
    actor: person,
    requestIds: {},
  });
}
