/**
 * What the functions that look after keys and trust answer a person (functions/rotate-api-keys.ts,
 * rotate-pre-shared-keys.ts and publish-trust.ts), parsed: they may be of another version. No value of a key is in it.
 */
import * as z from "zod";
import { InstantSchema } from "../../shared/certificates/schema.ts";

/** Why nothing, or not all, can be said of something now: the code of a failed call. */
const Problem = z.looseObject({ name: z.string(), code: z.string() });
const envelope = {
  link: z.string(),
  linkDigest: z.string(),
  at: InstantSchema,
  frozen: z.boolean(),
  problems: z.array(Problem),
};

/** How an API key, or a tunnel's pre-shared key, stands. */
export const KeyReport = z.looseObject({
  name: z.string(),
  /** Of an API key; null when there is none, or nobody can tell. */
  keyId: z.string().nullable().optional(),
  createdAt: InstantSchema.nullable(),
  dueAt: InstantSchema.nullable(),
  state: z.enum(["in-order", "rotating", "trouble", "cannot-tell"]),
  /** What comes next, in words; null when nothing does, or it waits. */
  step: z.string().nullable(),
  waiting: z.string().nullable(),
  troubles: z.array(z.string()),
});
export type KeyReport = z.infer<typeof KeyReport>;

export const ApiKeysPlan = z.looseObject({ ...envelope, keys: z.array(KeyReport) });
export const PreSharedPlan = z.looseObject({ ...envelope, tunnels: z.array(KeyReport) });

const Authority = z.looseObject({
  /** The first digits of it. */
  id: z.string(),
  subject: z.string(),
  notAfter: InstantSchema,
  isIssuing: z.boolean(),
  state: z.string(),
});
const Loaded = z.looseObject({ party: z.string(), state: z.string(), replicas: z.array(z.string()) });
export const TrustReport = z.looseObject({
  version: z.string().nullable(),
  authorities: z.array(Authority),
  revoked: z.int().nonnegative(),
  rollover: z.string(),
  loaded: z.array(Loaded),
  steps: z.array(z.string()).default([]),
  troubles: z.array(z.string()),
});
export type TrustReport = z.infer<typeof TrustReport>;
export const TrustPlan = z.looseObject({ ...envelope, trust: TrustReport });
