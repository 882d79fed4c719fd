/**
 * The caller of a change in Azure: the claims of the token that it called with, as Event Grid passes them on. When
 * there are none, the role assignment that allowed the call says what it was made for, which may be a group of many.
 *
 * https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
import { type Actor, type ActorKind, type Tool, UNKNOWN_ACTOR } from "./actor.ts";
import { field, firstText, textAt, textOf } from "./event-fields.ts";

const SCHEMA = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
const MICROSOFT = "http://schemas.microsoft.com/identity/claims";
const UPN = [`${SCHEMA}/upn`, "upn"];
const EMAIL = [`${SCHEMA}/emailaddress`, "email"];
/** Of a guest who has no UPN, such as "live.com#bob@example.com". */
const UNIQUE_NAME = [`${SCHEMA}/name`, "unique_name"];
const OBJECT_ID = [`${MICROSOFT}/objectidentifier`, "oid"];
const TENANT = [`${MICROSOFT}/tenantid`, "tid"];
const SCOPE = [`${MICROSOFT}/scope`, "scp"];
/** Of a managed identity: the id of the resource that it belongs to, or that it is. */
const RESOURCE = "xms_mirid";
const RESOURCE_ID_MAX = 1_000;

export const callerId = (data: unknown): string | null => firstText(field(data, "claims"), ...OBJECT_ID);

/** `data` of the event. */
export function actorOfCaller(data: unknown): Actor {
  const actor = actorOfClaims(field(data, "claims")) ?? actorOfEvidence(data);
  const [home, own] = [firstText(field(data, "claims"), ...TENANT), textAt(data, "tenantId")];
  const isForeign = home !== null && own !== null && home.toLowerCase() !== own.toLowerCase();
  return { ...actor, foreign: isForeign ? home : null };
}

function actorOfClaims(claims: unknown): Actor | null {
  const [id, app] = [firstText(claims, ...OBJECT_ID), textAt(claims, "appid")];
  const resource = textOf(field(claims, RESOURCE), RESOURCE_ID_MAX);
  if (resource !== null) return made("managed-identity", textOf(resource.split("/").at(-1)), null, id ?? app);
  const user = firstText(claims, ...UPN, ...EMAIL, ...UNIQUE_NAME);
  const isUser = user !== null || firstText(claims, "idtyp") === "user" || hasAny(claims, SCOPE);
  // A display name is its owner's to choose: it stands only where there is nothing better.
  if (isUser) return made(isGuest(claims) ? "guest" : "user", user ?? textAt(claims, "name") ?? id, null, id);
  if (app === null && id === null) return null;
  return made("service-principal", APPLICATIONS.get(app?.toLowerCase() ?? "") ?? app ?? id, null, id ?? app);
}

const hasAny = (claims: unknown, keys: readonly string[]): boolean => firstText(claims, ...keys) !== null;

/** Guests of another tenant have "#EXT#" in the name by which this one knows them; those of no tenant their provider. */
function isGuest(claims: unknown): boolean {
  const [upn, unique] = [firstText(claims, ...UPN) ?? "", firstText(claims, ...UNIQUE_NAME) ?? ""];
  return /#EXT#/i.test(upn) || (upn === "" && /^[\w.-]+#/.test(unique));
}

function actorOfEvidence(data: unknown): Actor {
  const evidence = field(data, "authorization", "evidence");
  const id = textAt(evidence, "principalId");
  if (id === null) return UNKNOWN_ACTOR;
  const type = textAt(evidence, "principalType")?.toLowerCase();
  if (type === "user") return made("user", id, null, id);
  if (type === "serviceprincipal") return made("service-principal", id, null, id);
  // Any member of the group.
  return type === "group" ? { ...UNKNOWN_ACTOR, through: `group ${id}` } : made("unknown", id, null, id);
}

const made = (kind: ActorKind, name: string | null, through: string | null, id: string | null): Actor => ({
  kind,
  name,
  through,
  foreign: null,
  key: id === null ? null : `azure ${id.toLowerCase()}`,
});

/** https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in */
const APPLICATIONS: ReadonlyMap<string, string> = new Map([
  ["c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure portal"],
  ["04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Azure CLI"],
  ["1950a258-227b-4e31-a9cf-717495945fc2", "Azure PowerShell"],
  ["7319c514-987d-4e9b-ac3d-d38c4f427f4c", "Azure Kubernetes Service"],
]);

/** The application that a user signed in to; nothing tells what a principal of its own kind is run by. */
export function toolOfCaller(data: unknown): Tool | null {
  const app = textAt(data, "claims", "appid")?.toLowerCase();
  const name = app === undefined ? undefined : APPLICATIONS.get(app);
  const isUser = ["user", "guest"].includes(actorOfCaller(data).kind);
  if (!isUser || app === undefined) return null;
  return { name: name ?? (GUID.test(app) ? `application ${app}` : "another application"), isClaimed: false };
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
