/**
 * The contract's endpoints for the trust bundle: what each bunny's vault holds of it, and one more version of it. The
 * bundle travels as its text, which each side parses by itself (shared/trust/document.ts).
 */
import * as z from "zod";
import { InstantSchema } from "../certificates/schema.ts";
import { AUTHORITIES_MAX, BUNDLE_BYTES_MAX, CaId } from "../trust/schema.ts";
import { endpoint, OBSERVE_MAX } from "./endpoint.ts";
import { Problem, Refused } from "./refusal.ts";

const BunnyName = z.string().regex(/^[0-9a-z-]{1,30}$/);
/** Key Vault's own name for a version of a secret. */
const StoreVersion = z.string().regex(/^[0-9a-f]{32}$/);
const BundleText = z.string().max(BUNDLE_BYTES_MAX);

/** What a vault holds under the bundle's name. What is no bundle of ours is not shown: it may be anything. */
export const Copy = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("absent") }),
  z.strictObject({ kind: z.literal("malformed"), storeVersion: StoreVersion }),
  z.strictObject({
    kind: z.literal("published"),
    storeVersion: StoreVersion,
    bundle: BundleText,
    /** By the vault's clock. */
    at: InstantSchema,
  }),
]);
export type Copy = z.infer<typeof Copy>;

export const trustEndpoints = {
  "trust.observe": endpoint({
    path: "v1/trust/observe",
    body: z.strictObject({ names: z.array(BunnyName).min(1).max(OBSERVE_MAX) }),
    outcome: z.strictObject({
      outcome: z.literal("observed"),
      /** The CAs that this half was deployed with: it merges what they have issued. */
      pinned: z.array(CaId).min(1).max(AUTHORITIES_MAX),
      copies: z
        .array(
          z.union([
            z.strictObject({ name: BunnyName, copy: Copy }),
            /** This one could not be read: that says nothing about what it holds. */
            z.strictObject({ name: BunnyName, problem: Problem }),
          ]),
        )
        .max(OBSERVE_MAX),
    }),
  }),
  "trust.publish": endpoint({
    path: "v1/trust/publish",
    body: z.strictObject({
      name: BunnyName,
      bundle: BundleText,
      /** The version that the decision was made over; null: there was none. */
      replaces: StoreVersion.nullable(),
    }),
    outcome: z.union([z.strictObject({ outcome: z.literal("published"), version: StoreVersion }), Refused]),
  }),
} as const;
