/**
 * Who changed an allowlist, and with what, as the clouds tell it. Names, addresses and user agents are texts from
 * outside, some of the actor's own choosing: they are bounded here, and stand quoted wherever a sentence is made.
 */
import * as z from "zod";
import { cut, TEXT_MAX } from "../alerts/condition.ts";

/** Longer than any name that a cloud allows, and the ellipsis of what was cut. */
const Outside = z.string().min(1).max(300);

export const ActorKind = z.enum([
  "root",
  "user",
  /** A person who signed in through IAM Identity Center. */
  "sso-user",
  "role",
  /** A role that was assumed with another issuer's token: a pod, a pipeline. */
  "web-identity",
  "federated-user",
  /** The cloud's own service. */
  "service",
  /** Of another AWS account, which tells no more. */
  "other-account",
  /** A user of another Entra tenant, invited into this one. */
  "guest",
  "service-principal",
  "managed-identity",
  "unknown",
]);
export type ActorKind = z.infer<typeof ActorKind>;

export const Actor = z.strictObject({
  kind: ActorKind,
  /** What people know it by. */
  name: Outside.nullable(),
  /** What it acted through: a role, a permission set, an identity provider. */
  through: Outside.nullable(),
  /** The AWS account or the Entra tenant it belongs to, where that is not the group's own. */
  foreign: Outside.nullable(),
  /** The same for the same actor; null when there is no telling. */
  key: z.string().min(1).max(600).nullable(),
});
export type Actor = z.infer<typeof Actor>;

/** Only the sweep saw it, or the event does not say. */
export const UNKNOWN_ACTOR: Actor = { kind: "unknown", name: null, through: null, foreign: null, key: null };

export const Tool = z.strictObject({
  /** In our own words, such as "console" or "via CloudFormation". */
  name: z.string().min(1).max(100),
  /** By the user agent alone, which is the caller's to choose; otherwise the cloud says so. */
  isClaimed: z.boolean(),
});
export type Tool = z.infer<typeof Tool>;

const KIND_WORDS: Readonly<Record<ActorKind, string>> = {
  root: "account root",
  user: "user",
  "sso-user": "SSO user",
  role: "role session",
  "web-identity": "web identity",
  "federated-user": "federated user",
  service: "cloud service",
  "other-account": "principal of another account",
  guest: "guest user",
  "service-principal": "service principal",
  "managed-identity": "managed identity",
  unknown: "principal of an unknown kind",
};

/** "SSO user alice@example.com through NetAdmin"; "actor unknown" when nobody can say. */
export function actorWords({ kind, name, through, foreign }: Actor): string {
  if (kind === "unknown" && name === null && through === null) return "actor unknown";
  const words = [KIND_WORDS[kind], name === null ? null : quoted(name)];
  if (through !== null) words.push("through", quoted(through));
  if (foreign !== null) words.push("of", quoted(foreign));
  return cut(words.filter((word) => word !== null).join(" "), TEXT_MAX.value);
}

export const toolWords = ({ name, isClaimed }: Tool): string =>
  isClaimed ? `${name} (by its user agent)` : name;

/** As long as several of them fit into one fact. */
const QUOTED_MAX = 85;
const PLAIN = /^[\w@.:/+=,#-]+$/;

/** Text from outside within a sentence of ours: it cannot pass for a part of that sentence. */
export function quoted(text: string): string {
  const short = cut(text, QUOTED_MAX);
  return PLAIN.test(short) ? short : `“${short.replace(/[\p{C}\p{Z}]+/gu, " ").replace(/[“”„‟"]/g, "'")}”`;
}
