/**
 * What an event of Azure Resource Manager says of the link's network security groups: to look, and who is to be named
 * for what is found. Events hold no rules; their subjects are written in any case, and one write may raise two of
 * them, of which the first can come before it is done. In either of Event Grid's schemas.
 *
 * https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
 */
import { createHash } from "node:crypto";
import { field, firstText, instantOf, textAt, textOf } from "./event-fields.ts";
import { actorOfCaller, callerId, toolOfCaller } from "./event-grid-actor.ts";
import {
  type Heard,
  type LookReason,
  type NamedGroup,
  pass,
  type SeenChange,
  type SeenRules,
} from "./seen.ts";

export interface AzureListening {
  /** By their resource ids, in any case; also those in the resource group that AKS makes. */
  readonly groups: readonly NamedGroup[];
  /** Object ids of the identities under which this deployment changes NSGs. */
  readonly ownIdentities: readonly string[];
}

const TYPE = /^Microsoft\.Resources\.Resource(Write|Delete|Action)(Success|Failure|Cancel)$/;
/** A rule may have 80 characters, and so may each of the names above it. */
const SUBJECT_MAX = 1_000;

export function hearEventGrid(listening: AzureListening, event: unknown): Heard {
  const [, verb, outcome] = TYPE.exec(firstText(event, "eventType", "type") ?? "") ?? [];
  if (verb === undefined || outcome === undefined) return pass("other-event");
  if (outcome === "Failure") return pass("failed-call");
  // Joining a subnet, listing what holds: no action changes a rule.
  if (verb === "Action") return pass("read-only");
  const data = field(event, "data");
  if (isOwn(listening, data)) return pass("own-change");
  const subject = subjectOf(event);
  if (subject === null) return look("incomplete-event", changeOf(event, null, "all"));
  const groups = listening.groups.filter(({ id }) => isAbout(subject, id, verb)).map(({ name }) => name);
  if (groups.length === 0) return pass("not-ours");
  return look(reasonOf(outcome, data), changeOf(event, subject, groups.toSorted()));
}

const look = (reason: LookReason, change: SeenChange): Heard => ({ look: true, reason, change });

function reasonOf(outcome: string, data: unknown): LookReason {
  if (outcome === "Cancel") return "canceled-change";
  return textAt(data, "status")?.toLowerCase() === "accepted" ? "accepted-change" : "changed-by-others";
}

const subjectOf = (event: unknown): string | null =>
  textOf(field(event, "subject"), SUBJECT_MAX) ?? textOf(field(event, "data", "resourceUri"), SUBJECT_MAX);

/** Of the group itself or of a rule in it; and a deleted resource group takes its NSGs with it. */
function isAbout(subject: string, id: string, verb: string): boolean {
  const [about, group] = [pathOf(subject), pathOf(id)];
  return about.startsWith(group) || (verb === "Delete" && group.startsWith(about));
}

/** Ends in a slash, so that no name passes for one that it only begins with. */
const pathOf = (id: string): string => `${id.toLowerCase().replace(/\/+$/, "")}/`;

function isOwn({ ownIdentities }: AzureListening, data: unknown): boolean {
  const caller = callerId(data)?.toLowerCase();
  return caller !== undefined && ownIdentities.some((id) => id.toLowerCase() === caller);
}

function changeOf(event: unknown, subject: string | null, groups: SeenChange["groups"]): SeenChange {
  const data = field(event, "data");
  const call = textAt(data, "operationName") ?? "";
  const request = textAt(data, "correlationId") ?? textAt(event, "id");
  return {
    id: digestOf([request, call.toLowerCase(), subject === null ? null : pathOf(subject)]),
    groups,
    at: instantOf(firstText(event, "eventTime", "time")),
    actor: actorOfCaller(data),
    // The claim is where the caller signed in.
    sourceAddress: textAt(data, "httpRequest", "clientIpAddress") ?? textAt(data, "claims", "ipaddr"),
    tool: toolOfCaller(data),
    call,
    what: rulesOf(subject),
  };
}

const RULE = /\/networkSecurityGroups\/[^/]+\/securityRules\/([^/]+)\/?$/i;

function rulesOf(subject: string | null): SeenRules {
  const rule = textOf(RULE.exec(subject ?? "")?.[1]);
  return { added: [], removed: [], touched: rule === null ? [] : [rule], isComplete: false };
}

const digestOf = (parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
