/**
 * The contract's endpoints for pre-shared keys. What is told of a key is a code of it that is good for this one question
 * (shared/keys/pre-shared-fingerprint.ts), and a key goes to the hand alone, never back.
 */
import * as z from "zod";
import { TunnelName } from "../tunnels/schema.ts";
import { endpoint, OBSERVE_MAX } from "./endpoint.ts";
import { Problem, Refused } from "./refusal.ts";

/** Drawn for one look, by the brain. */
const Salt = z.string().regex(/^[\w-]{43}$/);
const Fingerprint = z.string().regex(/^[0-9a-f]{64}$/);

export const tunnelKeyEndpoints = {
  "keys.observe-tunnels": endpoint({
    path: "v1/keys/observe-tunnels",
    body: z.strictObject({ names: z.array(TunnelName).min(1).max(OBSERVE_MAX), salt: Salt }),
    outcome: z.strictObject({
      outcome: z.literal("observed"),
      tunnels: z
        .array(
          z.union([
            /** Null: its Azure end has no key. */
            z.strictObject({ name: TunnelName, fingerprint: Fingerprint.nullable() }),
            /** This one could not be read: that says nothing about its key. */
            z.strictObject({ name: TunnelName, problem: Problem }),
          ]),
        )
        .max(OBSERVE_MAX),
    }),
  }),
  /** Begins a change of the key of the tunnel's Azure end and does not wait for its end. */
  "keys.set-tunnel": endpoint({
    path: "v1/keys/set-tunnel",
    body: z.strictObject({
      name: TunnelName,
      /** Of AWS's end, as the brain knows it: the hand gives no key to a connection to another one. */
      outsideIp: z.string().max(45),
      /** Of any form here: one that is not legal on both clouds is refused by the hand, in words that do not hold it. */
      key: z.string().max(200),
      /** The fingerprint of the key that was observed there; null: it had none. */
      over: Fingerprint.nullable(),
      salt: Salt,
      /** The number of the lease under which this was decided. */
      fence: z.int().positive(),
    }),
    outcome: z.union([z.strictObject({ outcome: z.literal("begun") }), Refused]),
  }),
} as const;
