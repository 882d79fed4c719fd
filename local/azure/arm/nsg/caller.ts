/**
 * Who calls Resource Manager: what their token claims, which is all that an event tells of them.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 * https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
 */
import { guid } from "../../../graph/identifiers.ts";

export interface AzureCaller {
  readonly objectId: string;
  readonly principalType: "User" | "ServicePrincipal";
  /** A role that lets them do what they do. */
  readonly role: string;
  /** From where the call comes. */
  readonly address: string;
  /** Those of its own kind; what all tokens claim is added to them. */
  readonly claims: Readonly<Record<string, string>>;
}

const MICROSOFT = "http://schemas.microsoft.com";
const SOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";

/** https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in */
const APPLICATIONS = {
  portal: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
  cli: "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
  powershell: "1950a258-227b-4e31-a9cf-717495945fc2",
} as const;

const ADDRESS = "203.0.113.9";
const SERVICE_ADDRESS = "203.0.113.60";

export function user(person: {
  readonly objectId: string;
  readonly upn: string;
  readonly name: string;
  readonly application: keyof typeof APPLICATIONS;
  readonly address?: string;
}): AzureCaller {
  const address = person.address ?? ADDRESS;
  return {
    objectId: person.objectId,
    principalType: "User",
    role: "Network Contributor",
    address,
    claims: {
      [`${MICROSOFT}/claims/authnclassreference`]: "1",
      [`${MICROSOFT}/claims/authnmethodsreferences`]: "pwd,mfa",
      appid: APPLICATIONS[person.application],
      appidacr: person.application === "portal" ? "2" : "0",
      ipaddr: address,
      name: person.name,
      [`${MICROSOFT}/identity/claims/scope`]: "user_impersonation",
      [`${SOAP}/name`]: person.upn,
      [`${SOAP}/upn`]: person.upn,
    },
  };
}

interface Application {
  readonly objectId: string;
  readonly clientId: string;
  readonly address?: string;
}

export function servicePrincipal({ objectId, clientId, address }: Application): AzureCaller {
  return {
    objectId,
    principalType: "ServicePrincipal",
    role: "Network Contributor",
    address: address ?? SERVICE_ADDRESS,
    claims: { appid: clientId, appidacr: "1", idtyp: "app" },
  };
}

/** `resourceId`: what the identity belongs to, or itself where it belongs to nothing. */
export function managedIdentity(identity: Application & { readonly resourceId: string }): AzureCaller {
  const caller = servicePrincipal(identity);
  return { ...caller, claims: { ...caller.claims, appidacr: "2", xms_mirid: identity.resourceId } };
}

/** As an event has them: the token's, with the long names that they were given before they had short ones. */
export function claimsOf({ objectId, claims }: AzureCaller, tenantId: string): Record<string, string> {
  const issuer = `https://sts.windows.net/${tenantId}/`;
  return {
    aud: "https://management.core.windows.net/",
    iss: issuer,
    [`${MICROSOFT}/identity/claims/identityprovider`]: issuer,
    [`${MICROSOFT}/identity/claims/objectidentifier`]: objectId,
    [`${SOAP}/nameidentifier`]: guid(`subject of ${objectId}`),
    [`${MICROSOFT}/identity/claims/tenantid`]: tenantId,
    ver: "1.0",
    ...claims,
  };
}
