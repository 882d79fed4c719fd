/**
 * The `userIdentity` of a CloudTrail record, in all its shapes.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import { type Actor, type ActorKind, UNKNOWN_ACTOR } from "./actor.ts";
import { field, textAt, textOf } from "./event-fields.ts";

/** `ownAccount`: the account of the group that was changed. */
export function actorOfIdentity(identity: unknown, ownAccount: string | null): Actor {
  const actor = actorByType(identity);
  const account = textAt(identity, "accountId");
  return { ...actor, foreign: account === null || account === ownAccount ? null : account };
}

function actorByType(identity: unknown): Actor {
  const type = textAt(identity, "type");
  const name = textAt(identity, "userName") ?? lastOfArn(identity);
  switch (type) {
    case "Root":
      // Its name is the alias of the account, if it has one.
      return made("root", textAt(identity, "userName"), null, textAt(identity, "accountId"));
    case "IAMUser":
      return made("user", name, null, principal(identity));
    case "AssumedRole":
      return actorOfRole(identity);
    case "Role":
      return made("role", name ?? issuerName(identity), null, principal(identity));
    case "FederatedUser":
      return made("federated-user", name, issuerName(identity), principal(identity));
    case "SAMLUser":
      return made("federated-user", name, textAt(identity, "identityProvider"), principal(identity));
    case "WebIdentityUser":
      return made("web-identity", name, textAt(identity, "identityProvider"), principal(identity));
    case "AWSService": {
      const service = textAt(identity, "invokedBy");
      return made("service", service, null, service);
    }
    case "AWSAccount":
      return made("other-account", textOf(principal(identity)), null, principal(identity));
    case "IdentityCenterUser": {
      const user = textAt(identity, "onBehalfOf", "userId");
      const store = textAt(identity, "onBehalfOf", "identityStoreArn");
      return made("sso-user", user, null, user === null ? null : `${store ?? ""} ${user}`);
    }
    default:
      // "Directory", "Unknown", and what there may be one day.
      return type === null && name === null
        ? UNKNOWN_ACTOR
        : made("unknown", name ?? textOf(principal(identity)), type, principal(identity));
  }
}

/** IAM alone can make roles under this path; in some regions it goes on with the region. */
const SSO_PATH = /^arn:[\w-]+:iam::\d{12}:role\/aws-reserved\/sso\.amazonaws\.com\//;
const SSO_ROLE = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/;
const SERVICE_PATH = /^arn:[\w-]+:iam::\d{12}:role\/aws-service-role\/([\w.-]+)\//;

function actorOfRole(identity: unknown): Actor {
  const role = issuerName(identity) ?? roleOfArn(identity);
  // Who must state a source identity cannot change it; the session's name is the caller's to choose.
  const source = textAt(identity, "sessionContext", "sourceIdentity");
  const person = source ?? sessionName(identity);
  const arn = textAt(identity, "sessionContext", "sessionIssuer", "arn") ?? "";
  if (SSO_PATH.test(arn)) {
    return made("sso-user", person, SSO_ROLE.exec(role ?? "")?.[1] ?? role, principal(identity));
  }
  const key = keyOfRole(identity, source);
  const service = SERVICE_PATH.exec(arn)?.[1];
  if (service !== undefined) return made("service", service, role, key);
  const federation = field(identity, "sessionContext", "webIdFederationData");
  if (textAt(federation, "federatedProvider") === null) return made("role", person, role, key);
  const subject = webSubject(federation);
  return made("web-identity", subject ?? person, role, keyOfRole(identity, source ?? subject));
}

/** Whoever takes a new session's name for each call is one actor all the same. */
function keyOfRole(identity: unknown, person: string | null): string | null {
  const [role] = (textAt(identity, "principalId") ?? "").split(":");
  if (role === undefined || role === "") return principal(identity);
  return person === null ? role : `${role} ${person}`;
}

/** The token's `sub`, whose key begins with the name of its issuer. */
function webSubject(federation: unknown): string | null {
  const attributes = field(federation, "attributes");
  const key = keysOf(attributes).find((one) => one === "sub" || one.endsWith(":sub"));
  return key === undefined ? null : textAt(attributes, key);
}

const keysOf = (value: unknown): string[] =>
  typeof value === "object" && value !== null ? Object.keys(value).sort() : [];

const issuerName = (identity: unknown): string | null =>
  textAt(identity, "sessionContext", "sessionIssuer", "userName");

/** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` */
const roleOfArn = (identity: unknown): string | null => textOf(arnParts(identity).at(1));

function sessionName(identity: unknown): string | null {
  const id = textAt(identity, "principalId");
  return textOf(arnParts(identity).at(2)) ?? textOf(id?.split(":").slice(1).join(":"));
}

/** A user's ARN may have a path before the name. */
const lastOfArn = (identity: unknown): string | null => textOf(arnParts(identity).slice(1).at(-1));

/** The ids of principals and their ARNs, paths included. */
const ARN_MAX = 500;

function arnParts(identity: unknown): string[] {
  const arn = textOf(field(identity, "arn"), ARN_MAX);
  return arn === null ? [] : arn.split(":").slice(5).join(":").split("/");
}

const principal = (identity: unknown): string | null =>
  textAt(identity, "principalId") ?? textOf(field(identity, "arn"), ARN_MAX);

const made = (kind: ActorKind, name: string | null, through: string | null, id: string | null): Actor => ({
  kind,
  name,
  through,
  foreign: null,
  key: id === null ? null : `aws ${kind} ${id}`,
});
