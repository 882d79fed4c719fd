/**
 * What relay says to its log, one JSON object a line: who was accepted or refused, with which certificate and which
 * API key, under which trust bundle, and what this replica has loaded. docs/workloads.md is the contract. Job content,
 * keys and header values have no place in it; of two headers there is what is left once it was checked.
 */
import * as z from "zod";
import { Serial } from "../../shared/certificates/schema.ts";
import { KeyId } from "../../shared/keys/api-key-schema.ts";
import { CallerWords } from "./caller-words.ts";

/** Why a caller was turned away. Closed: whatever OpenSSL says beyond these is `invalid-chain`. */
export const RefusalReason = z.enum([
  "no-certificate",
  "expired",
  "not-yet-valid",
  "unknown-ca",
  "wrong-purpose",
  "other-identity",
  "invalid-chain",
  "malformed",
  "handshake-failed",
  "revoked",
  "api-key-missing",
  "api-key-unknown",
  "api-key-scope",
  "api-key-identity",
]);
export type RefusalReason = z.infer<typeof RefusalReason>;

/** A staging label of Secrets Manager: what is used, what is being made to follow it, and what was used before. */
export const Label = z.enum(["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"]);
export type Label = z.infer<typeof Label>;

/** Why a server certificate is not used. Closed; docs/workloads.md says what each means. */
export const UnusableReason = z.enum([
  "unreadable",
  "no-certificate",
  "malformed",
  "other-key",
  "unknown-ca",
  "invalid-chain",
  "wrong-purpose",
  "other-identity",
  "not-yet-valid",
  "expired",
  "refused-by-openssl",
]);
export type UnusableReason = z.infer<typeof UnusableReason>;

/** Why a version of an API key's secret is not accepted. */
export const UnusableKeyReason = z.enum(["unreadable", "malformed"]);
export type UnusableKeyReason = z.infer<typeof UnusableKeyReason>;

/** Why a published trust bundle is not loaded. */
export const UnusableBundleReason = z.enum(["unreadable", "malformed", "older", "too-far"]);
export type UnusableBundleReason = z.infer<typeof UnusableBundleReason>;

const line = {
  time: z.iso.datetime({ precision: 3 }),
  level: z.enum(["info", "warn"]),
  replica: z.string().min(1),
  trustBundleVersion: z.string().min(1),
};

export const RelayLogLine = z.discriminatedUnion("event", [
  z.strictObject({ ...line, event: z.literal("relay.started"), port: z.int() }),
  z.strictObject({ ...line, event: z.literal("trust-bundle.loaded") }),
  z.strictObject({
    ...line,
    event: z.literal("relay.loaded"),
    /** The one that new connections are shown, then the one that is ready to follow it. */
    serverCertificateSerials: z.array(Serial).min(1).max(2),
    /** In order. Absent where relay is given no API keys. */
    apiKeyIds: z.array(KeyId).optional(),
  }),
  z.strictObject({
    ...line,
    event: z.literal("server-certificate.unusable"),
    reason: UnusableReason,
    /** Absent when the whole secret could not be read. */
    label: Label.optional(),
    versionId: z.string().optional(),
  }),
  z.strictObject({
    ...line,
    event: z.literal("api-key.unusable"),
    reason: UnusableKeyReason,
    /** The key's name in the link. */
    apiKey: z.string(),
    /** Absent when the whole secret could not be read. */
    label: Label.optional(),
    versionId: z.string().optional(),
  }),
  z.strictObject({
    ...line,
    event: z.literal("trust-bundle.unusable"),
    reason: UnusableBundleReason,
    versionId: z.string().optional(),
  }),
  z.strictObject({
    ...line,
    event: z.literal("client.accepted"),
    clientCertificateSerial: Serial,
    clientAddress: z.string(),
    identity: z.string(),
    /** Absent where none was asked for. */
    apiKeyId: KeyId.optional(),
    ...CallerWords.shape,
  }),
  z.strictObject({
    ...line,
    event: z.literal("client.refused"),
    reason: RefusalReason,
    /** Absent when none was presented, or when what was presented is no serial number. */
    clientCertificateSerial: Serial.optional(),
    /** Only of a key that is known, and not good for this. */
    apiKeyId: KeyId.optional(),
    clientAddress: z.string(),
  }),
]);
export type RelayLogLine = z.infer<typeof RelayLogLine>;

/** Distributes over the union, so that each event keeps its own fields. */
type WithoutCommon<Line> = Line extends RelayLogLine ? Omit<Line, "time" | "level" | "replica"> : never;
type RelayEvent = WithoutCommon<RelayLogLine>;

const WARNINGS: ReadonlySet<RelayEvent["event"]> = new Set([
  "client.refused",
  "server-certificate.unusable",
  "api-key.unusable",
  "trust-bundle.unusable",
]);

export type RelayLog = (event: RelayEvent) => void;

export function relayLog(options: {
  readonly output: (line: string) => void;
  readonly replica: string;
  readonly clock: () => number;
}): RelayLog {
  return ({ event, ...fields }) => {
    const level = WARNINGS.has(event) ? "warn" : "info";
    const time = new Date(options.clock()).toISOString();
    options.output(JSON.stringify({ time, level, event, replica: options.replica, ...fields }));
  };
}
