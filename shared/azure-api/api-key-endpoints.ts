/**
 * What the brain may ask of the hand about API keys. A key goes to the hand and none ever comes back: the hand cannot
 * read one.
 */
import * as z from "zod";
import { KeyId, VaultKey } from "../keys/api-key-schema.ts";
import { KeyText } from "../keys/api-key-value.ts";
import { endpoint, OBSERVE_MAX } from "./endpoint.ts";
import { Problem, Refused } from "./refusal.ts";

/** Of an API key, as the link and the vault name it. */
const ApiKeyName = z.string().regex(/^[0-9A-Za-z-]{1,127}$/);
const SecretVersionId = z.string().min(1).max(64);

export const apiKeyEndpoints = {
  /** What is in the vaults of the link's API keys: never a key. */
  "keys.observe-key": endpoint({
    path: "v1/keys/observe-key",
    body: z.strictObject({ names: z.array(ApiKeyName).min(1).max(OBSERVE_MAX) }),
    outcome: z.strictObject({
      outcome: z.literal("observed"),
      keys: z
        .array(
          z.union([
            /** "deleted": there was one, and its name is taken until somebody recovers or purges it. */
            z.strictObject({ name: ApiKeyName, key: z.union([VaultKey, z.literal("deleted"), z.null()]) }),
            /** This one could not be read: that says nothing about whether it exists. */
            z.strictObject({ name: ApiKeyName, problem: Problem }),
          ]),
        )
        .max(OBSERVE_MAX),
    }),
  }),
  "keys.set-key": endpoint({
    path: "v1/keys/set-key",
    body: z.strictObject({
      name: ApiKeyName,
      keyId: KeyId,
      /** The key itself. Whoever parses this makes a `Secret` of it before anything else. */
      key: KeyText,
      /** The version that was seen as the newest; null when there was none. */
      over: SecretVersionId.nullable(),
    }),
    outcome: z.union([z.strictObject({ outcome: z.literal("set"), version: SecretVersionId }), Refused]),
  }),
} as const;
