/**
 * The contract between the halves: what the brain in AWS may ask of the hand in Azure, and what it hears back.
 * Both sides import this file and parse both directions. Names on the wire are the link's own names, never
 * vault URLs or resource ids. A refusal of the domain is an answer in a 200, so that nothing retries it; any
 * other status means that the call itself failed.
 */
import * as z from "zod";
import { CertificateVersion, ObservedCertificate, PendingRequest } from "../certificates/schema.ts";
import { HandNote, NOTES_MAX, NoteId } from "../notes/schema.ts";
import { CLOUD_CODE } from "../runtime/errors.ts";
import { AzureEnd, TunnelName } from "../tunnels/schema.ts";

/** Raised when either direction changes in a way the other half could misread. */
export const CONTRACT_VERSION = 3;

/** The most names in one `observe`: keeps an answer within a few seconds and far below every size limit. */
export const OBSERVE_MAX = 20;

const Name = z.string().regex(/^[0-9A-Za-z-]{1,127}$/);
const RequestId = z.string().min(1).max(128);

/** Why the hand would not do what was asked. Closed: the brain has a decision for each. */
export const RefusalReason = z.enum([
  /** This half was built from another link, or speaks another version: nothing is changed. */
  "other-link",
  "unknown-certificate",
  /** A request already waits in the vault: observe again and go on with that one. */
  "request-pending",
  /** The current version is not the one that the decision was made for: observe again. */
  "observation-stale",
  /** The request is gone, merged by another run or dropped: observe again. */
  "request-gone",
  /** The name belongs to a certificate that somebody deleted; a person must recover it. */
  "certificate-deleted",
  /** The name belongs to something in the vault that is no certificate. */
  "name-taken",
  /** The chain does not end at the CA pinned at deployment, is out of order, or a signature in it is wrong. */
  "chain-not-trusted",
  /** The leaf is not for the key that waits in the vault. */
  "other-key",
  /** The leaf says something else than the link: subject, DNS names, purpose or dates. */
  "other-identity",
  "other-purpose",
  "other-dates",
  "unknown-tunnel",
  /** The Azure connection ends another tunnel than the one asked for: its other end has another address. */
  "other-outside-address",
  /** The connection is being changed, by us or by somebody else. */
  "tunnel-busy",
  /** It is the last of the link's connections that is up. */
  "last-tunnel",
  /** A later holder of the link's lease has been here. */
  "lease-lost",
  /** Nothing is changed until somebody thaws the link. */
  "frozen",
  /** A later word about the freeze has been here. */
  "older-word",
]);
export type RefusalReason = z.infer<typeof RefusalReason>;

export const Refused = z.strictObject({
  outcome: z.literal("refused"),
  reason: RefusalReason,
  detail: z.string().max(500),
});
export type Refused = z.infer<typeof Refused>;

/** A cloud's failure as it may travel: its own code and our words, never its text. */
export const Problem = z.strictObject({
  code: z.string().regex(CLOUD_CODE),
  operation: z.string().max(100),
  retryable: z.boolean(),
  /** The cloud took no call for now: nothing is wrong with this one. */
  throttled: z.boolean().optional(),
});
export type Problem = z.infer<typeof Problem>;

/** Names a row of the hand's table. */
const NoteCursor = z.string().min(1).max(100);

const endpoint = <Body extends z.ZodType, Outcome extends z.ZodType>(shape: {
  readonly path: string;
  readonly body: Body;
  readonly outcome: Outcome;
}) => shape;

export const endpoints = {
  "certificates.observe": endpoint({
    path: "v1/certificates/observe",
    body: z.strictObject({ names: z.array(Name).min(1).max(OBSERVE_MAX) }),
    outcome: z.strictObject({
      outcome: z.literal("observed"),
      certificates: z
        .array(
          z.union([
            ObservedCertificate,
            /** This one could not be read: that says nothing about whether it exists. */
            z.strictObject({ name: Name, problem: Problem }),
          ]),
        )
        .max(OBSERVE_MAX),
    }),
  }),
  "certificates.request": endpoint({
    path: "v1/certificates/request",
    body: z.strictObject({ name: Name, expectedVersion: z.string().nullable() }),
    outcome: z.union([z.strictObject({ outcome: z.literal("requested"), pending: PendingRequest }), Refused]),
  }),
  "certificates.drop-request": endpoint({
    path: "v1/certificates/drop-request",
    body: z.strictObject({ name: Name, requestId: RequestId }),
    outcome: z.union([z.strictObject({ outcome: z.literal("dropped") }), Refused]),
  }),
  "certificates.merge": endpoint({
    path: "v1/certificates/merge",
    body: z.strictObject({
      name: Name,
      requestId: RequestId,
      /** PEM, one certificate each, leaf first, ending at the pinned CA. */
      chain: z.array(z.string().max(16_384)).min(1).max(6),
    }),
    outcome: z.union([
      z.strictObject({ outcome: z.literal("merged"), current: CertificateVersion }),
      Refused,
    ]),
  }),
  "tunnels.observe": endpoint({
    path: "v1/tunnels/observe",
    body: z.strictObject({ names: z.array(TunnelName).min(1).max(OBSERVE_MAX) }),
    outcome: z.strictObject({
      outcome: z.literal("observed"),
      tunnels: z
        .array(
          z.union([
            z.strictObject({ name: TunnelName, end: AzureEnd }),
            /** This one could not be read: that says nothing about whether it is up. */
            z.strictObject({ name: TunnelName, problem: Problem }),
          ]),
        )
        .max(OBSERVE_MAX),
    }),
  }),
  /** Begins a reset of the tunnel's Azure connection and does not wait for its end. */
  "tunnels.reset": endpoint({
    path: "v1/tunnels/reset",
    body: z.strictObject({
      name: TunnelName,
      /** Of AWS's end, as the brain knows it: the hand resets no connection to another one. */
      outsideIp: z.string().max(45),
      /** The number of the lease under which this was decided. */
      fence: z.int().positive(),
    }),
    outcome: z.union([z.strictObject({ outcome: z.literal("resetting") }), Refused]),
  }),
  /** What the hand has changed, the oldest first. Notes stay until they are forgotten: each is told at least once. */
  "notes.collect": endpoint({
    path: "v1/notes/collect",
    /** Those after this one; null begins with the oldest. */
    body: z.strictObject({ after: NoteCursor.nullable() }),
    outcome: z.strictObject({
      outcome: z.literal("collected"),
      notes: z.array(HandNote).max(NOTES_MAX),
      /** After which to go on; null when there are no more. */
      next: NoteCursor.nullable(),
    }),
  }),
  "notes.forget": endpoint({
    path: "v1/notes/forget",
    body: z.strictObject({ ids: z.array(NoteId).min(1).max(NOTES_MAX) }),
    outcome: z.strictObject({ outcome: z.literal("forgotten") }),
  }),
  /** Whether anything may be changed. The later word counts, in whichever order they come. */
  "control.freeze": endpoint({
    path: "v1/control/freeze",
    body: z.strictObject({
      frozen: z.boolean(),
      reason: z.string().max(200),
      /** When this was so: seconds since the epoch, by the clock of whoever read it from the brain's table. */
      at: z.int().positive(),
    }),
    outcome: z.union([z.strictObject({ outcome: z.literal("kept"), frozen: z.boolean() }), Refused]),
  }),
} as const;
export type Endpoint = keyof typeof endpoints;
/** Those of one concern. */
export type EndpointOf<Concern extends string> = Extract<Endpoint, `${Concern}.${string}`>;
export type Body<E extends Endpoint> = z.infer<(typeof endpoints)[E]["body"]>;
export type Outcome<E extends Endpoint> = z.infer<(typeof endpoints)[E]["outcome"]>;

const Digest = z.string().regex(/^[0-9a-f]{64}$/);

/** Every request says which link it was decided from. */
export const RequestEnvelope = z.strictObject({ contract: z.int(), link: Digest, body: z.unknown() });

export const CALL_ID_MAX = 200;
const CallId = z.string().min(1).max(CALL_ID_MAX).optional();
/** By which ids Azure knows the call: the Function's invocation, and the vault's last request. */
export const CallIds = z.strictObject({ function: CallId, "key-vault": CallId });
export type CallIds = z.infer<typeof CallIds>;

/** Every answer says which link it was answered from. What a later version adds is passed over: its version is told. */
export const AnswerEnvelope = z.object({
  contract: z.int(),
  link: Digest,
  outcome: z.unknown(),
  requestIds: CallIds.optional(),
});

/** The body of every status but 200. */
export const CallFailure = z.strictObject({ error: Problem });
