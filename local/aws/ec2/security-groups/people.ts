/**
 * Whoever changes security groups, as CloudTrail has them: in the shapes of `userIdentity`.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import { createHash } from "node:crypto";
import type { Identity } from "../../identities.ts";
import type { AwsRequest } from "../../service.ts";
import type { TrailActor } from "../trail-record.ts";

const addressDefault = "203.0.113.7";
const accessKeyId = "LOCALPERSON";
/** Of the people here, whose sessions nobody issued. */
const sessionCreationDate = "2026-11-21T07:30:00Z";

/** With what a person makes the change. */
export type Tool = "cli" | "cloudformation" | "console" | "terraform";

const agents: Readonly<Record<Tool, string>> = {
  cli: "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 lang/python#3.13.7 md/command#ec2",
  cloudformation: "cloudformation.amazonaws.com",
  console: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
  terraform: "APN/1.0 HashiCorp/1.0 Terraform/1.13.4 terraform-provider-aws/6.21.0 aws-sdk-go-v2/1.39.6",
};

export interface With {
  /** Default: "console". */
  readonly tool?: Tool;
  readonly sourceAddress?: string;
}

export function iamUser(accountId: string, name: string, made: With = {}): TrailActor {
  const arn = `arn:aws:iam::${accountId}:user/${name}`;
  const userName = name.split("/").at(-1);
  return actor({ type: "IAMUser", principalId: idOf(arn), arn, accountId, accessKeyId, userName }, made);
}

export function rootUser(accountId: string, made: With = {}): TrailActor {
  const arn = `arn:aws:iam::${accountId}:root`;
  return actor({ type: "Root", principalId: accountId, arn, accountId, accessKeyId }, made);
}

/** A person of IAM Identity Center: the role is made of the permission set, the session is named after the person. */
export function ssoUser(
  accountId: string,
  permissionSet: string,
  person: string,
  made: With & { readonly region?: string } = {},
): TrailActor {
  const role = `AWSReservedSSO_${permissionSet}_${idOf(permissionSet).slice(-16).toLowerCase()}`;
  const path = `aws-reserved/sso.amazonaws.com/${made.region ?? "eu-west-2"}/${role}`;
  return roleSession(accountId, path, person, made);
}

/** `role` with its path, as in its ARN. */
export function roleSession(accountId: string, role: string, session: string, made: With = {}): TrailActor {
  const name = role.split("/").at(-1) ?? role;
  const sessionArn = `arn:aws:sts::${accountId}:assumed-role/${name}/${session}`;
  const roleArn = `arn:aws:iam::${accountId}:role/${role}`;
  return actor(assumedRole({ accountId, sessionArn, roleArn, accessKeyId }), made);
}

/** Whoever signed a request: a session of a role. */
export function callerOf(caller: Identity, request: AwsRequest): TrailActor {
  return {
    userIdentity: assumedRole({ ...caller, accessKeyId: caller.credentials.accessKeyId }),
    sourceAddress: addressDefault,
    userAgent: request.headers["user-agent"] ?? "unknown",
    fromConsole: false,
  };
}

function actor(userIdentity: Readonly<Record<string, unknown>>, made: With): TrailActor {
  const { tool = "console", sourceAddress = addressDefault } = made;
  const userAgent = agents[tool];
  const fromConsole = tool === "console";
  if (tool !== "cloudformation") return { userIdentity, sourceAddress, userAgent, fromConsole };
  // A service that calls on somebody's behalf stands in place of their address.
  return {
    userIdentity: { ...userIdentity, invokedBy: userAgent },
    sourceAddress: userAgent,
    userAgent,
    fromConsole,
  };
}

interface Session {
  readonly accountId: string;
  readonly sessionArn: string;
  readonly roleArn: string;
  readonly accessKeyId: string;
}

function assumedRole({ accountId, sessionArn, roleArn, accessKeyId: key }: Session) {
  const principalId = idOf(roleArn);
  const userName = roleArn.split("/").at(-1);
  return {
    type: "AssumedRole",
    principalId: `${principalId}:${sessionArn.split("/").at(-1)}`,
    arn: sessionArn,
    accountId,
    accessKeyId: key,
    sessionContext: {
      sessionIssuer: { type: "Role", principalId, arn: roleArn, accountId, userName },
      attributes: { creationDate: sessionCreationDate, mfaAuthenticated: "false" },
    },
  };
}

/** Always the same one for the same name, and without a prefix of AWS's. */
const idOf = (name: string): string =>
  `LOCAL${createHash("sha256").update(name).digest("hex").slice(0, 16).toUpperCase()}`;
