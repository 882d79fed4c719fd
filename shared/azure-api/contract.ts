/**
 * The contract between the halves: what the brain in AWS may ask of the hand in Azure, and what it hears back.
 * Both sides import this file and parse both directions. Names on the wire are the link's own names, never
 * vault URLs or resource ids. A refusal of the domain is an answer in a 200, so that nothing retries it; any
 * other status means that the call itself failed.
 */
import * as z from "zod";
import { GroupReport } from "../allowlists/group-report.ts";
import { CertificateVersion, ObservedCertificate, PendingRequest } from "../certificates/schema.ts";
import { HandNote, NOTES_MAX, NoteId } from "../notes/schema.ts";
import { AzureEnd, TunnelName } from "../tunnels/schema.ts";
import { apiKeyEndpoints } from "./api-key-endpoints.ts";
import { endpoint, OBSERVE_MAX } from "./endpoint.ts";
import { Problem, Refused } from "./refusal.ts";
import { trustEndpoints } from "./trust-endpoints.ts";
import { tunnelKeyEndpoints } from "./tunnel-key-endpoints.ts";

export { OBSERVE_MAX } from "./endpoint.ts";
export { Problem, RefusalReason, Refused } from "./refusal.ts";

/** Raised when either direction changes in a way the other half could misread. */
export const CONTRACT_VERSION = 5;

const Name = z.string().regex(/^[0-9A-Za-z-]{1,127}$/);
const RequestId = z.string().min(1).max(128);

/** Groups of the link, by its names. */
const GroupName = z.string().regex(/^[0-9a-z-]{1,30}$/);
const GroupNames = z.strictObject({ groups: z.array(GroupName).min(1).max(OBSERVE_MAX) });
/** One for each group that was asked for, in that order. */
const GroupAnswers = z
  .array(
    z.union([
      GroupReport,
      /** This one could not be looked at: that says nothing about what is open in it. */
      z.strictObject({ group: GroupName, problem: Problem }),
    ]),
  )
  .max(OBSERVE_MAX);

/** Names a row of the hand's table. */
const NoteCursor = z.string().min(1).max(100);

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
  ...tunnelKeyEndpoints,
  /** What is to be done in the link's network security groups; nothing is written. */
  "allowlists.plan": endpoint({
    path: "v1/allowlists/plan",
    body: GroupNames,
    outcome: z.strictObject({ outcome: z.literal("planned"), groups: GroupAnswers }),
  }),
  /** Also while the link is frozen, when nothing is written and all is told. */
  "allowlists.heal": endpoint({
    path: "v1/allowlists/heal",
    body: GroupNames,
    outcome: z.strictObject({ outcome: z.literal("healed"), groups: GroupAnswers }),
  }),
  /** A person agrees to what the link wants of a group; by itself it changes nothing there. */
  "allowlists.accept": endpoint({
    path: "v1/allowlists/accept",
    body: z.strictObject({
      group: GroupName,
      /** What was shown to that person (shared/allowlists/consent.ts). */
      wish: z.string().regex(/^[0-9a-f]{64}$/),
    }),
    outcome: z.union([z.strictObject({ outcome: z.literal("accepted") }), Refused]),
  }),
  ...apiKeyEndpoints,
  ...trustEndpoints,
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
