/** What a function answers to a plan event (shared/certificates/plan-run.ts), parsed: it may be of another version. */
import * as z from "zod";
import type { ClosedCode, WaitReason } from "../../shared/certificates/revocation.ts";
import { RevocationOrder } from "../../shared/certificates/revocation-order.ts";
import { CertificateVersion, InstantSchema } from "../../shared/certificates/schema.ts";

const Change = z.discriminatedUnion("kind", [
  z.looseObject({ kind: z.literal("request"), reason: z.string() }),
  z.looseObject({
    kind: z.literal("drop-request"),
    reasons: z.array(z.string()),
    details: z.array(z.string()),
  }),
  z.looseObject({
    kind: z.literal("sign-and-merge"),
    intent: z.looseObject({ kind: z.enum(["new", "resume"]), certificateArn: z.string().optional() }),
  }),
]);
export type PlannedChange = z.infer<typeof Change>;

const Promotion = z.looseObject({
  kind: z.enum(["in-step", "promote", "hold"]),
  reason: z.string().optional(),
  behind: z.array(z.string()).optional(),
});

const WAIT_REASONS: { readonly [Reason in WaitReason]: Reason } = {
  "not-settled": "not-settled",
  "replacement-not-merged": "replacement-not-merged",
  "still-served": "still-served",
  "replacement-not-proven": "replacement-not-proven",
  "use-left-to-a-person": "use-left-to-a-person",
  "orphan-rests": "orphan-rests",
};
const CLOSED_CODES: { readonly [Code in ClosedCode]: Code } = {
  "left-to-expire": "left-to-expire",
  "in-use": "in-use",
  "other-ca": "other-ca",
  "never-issued": "never-issued",
};

const order = RevocationOrder.strip();
const Step = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("revoke"), order }),
  z.object({ kind: z.literal("close"), order, code: z.enum(CLOSED_CODES) }),
  z.object({ kind: z.literal("wait"), order, reason: z.enum(WAIT_REASONS) }),
]);

const Planned = z.looseObject({
  certificate: z.string(),
  outcome: z.literal("planned"),
  current: CertificateVersion.strip().nullable(),
  served: CertificateVersion.strip().nullable(),
  pending: z.boolean(),
  intent: z.string().nullable(),
  change: Change.nullable(),
  refusal: z.looseObject({ reason: z.string() }).nullable(),
  waits: z.string().nullable().default(null),
  nextAt: InstantSchema,
  proof: z.string(),
  seenAt: InstantSchema.nullable(),
  promotion: Promotion.nullable(),
  orphans: z.array(z.looseObject({ serial: z.string() })),
});
export type Planned = z.infer<typeof Planned>;

const certificate = z.string();
export const PlannedOrNot = z.discriminatedUnion("outcome", [
  Planned,
  z.looseObject({
    certificate,
    outcome: z.literal("failed"),
    code: z.string(),
    operation: z.string(),
    retryable: z.boolean(),
  }),
  z.looseObject({ certificate, outcome: z.literal("refused"), reason: z.string(), detail: z.string() }),
  z.looseObject({ certificate, outcome: z.literal("unknown-certificate") }),
]);
export type PlannedOrNot = z.infer<typeof PlannedOrNot>;

export const PlanAnswer = z.looseObject({
  link: z.string(),
  linkDigest: z.string(),
  at: InstantSchema,
  frozen: z.boolean(),
  certificates: z.array(PlannedOrNot),
  revocations: z.array(Step),
});
export type PlanAnswer = z.infer<typeof PlanAnswer>;
