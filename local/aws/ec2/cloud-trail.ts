/**
 * Calls that change a VPN, as CloudTrail tells them on the default bus; those that were refused too. Nobody has
 * published such a record whole: the wrapper and its letter case follow other calls of this generation, and the
 * pre-shared key is there in clear, because nothing says that it is masked.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import { randomUUID } from "node:crypto";
import { eventTime, type ServiceEvent } from "../event-bridge/event.ts";
import type { Place } from "./answers.ts";
import { trailRecord } from "./trail-record.ts";

export type ChangingCall = "DeleteVpnConnection" | "ModifyVpnTunnelOptions" | "ReplaceVpnTunnel";

/** Whose call it was: the session's ARN and the role's. */
export interface Actor {
  readonly sessionArn: string;
  readonly roleArn: string;
  readonly userAgent: string;
}

export interface RecordedCall extends Place {
  readonly eventName: ChangingCall;
  readonly actor: Actor;
  /** As the caller gave them, without the dry run. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly refused: { readonly code: string; readonly message: string } | undefined;
  readonly at: number;
}

export function cloudTrailEvent(call: RecordedCall): ServiceEvent {
  const { eventName, region, accountId, refused, at } = call;
  const requestId = randomUUID();
  return trailRecord({
    eventName,
    region,
    accountId,
    at,
    requestId,
    actor: {
      userIdentity: identityOf(call),
      sourceAddress: "203.0.113.7",
      userAgent: call.actor.userAgent,
      fromConsole: false,
    },
    refused,
    requestParameters: { [`${eventName}Request`]: call.parameters },
    responseElements: { [`${eventName}Response`]: { requestId } },
  });
}

function identityOf({ actor, accountId, at }: RecordedCall) {
  const userName = actor.roleArn.split("/").at(-1) ?? "";
  const principalId = "AROALOCALPRINCIPAL";
  return {
    type: "AssumedRole",
    principalId: `${principalId}:${actor.sessionArn.split("/").at(-1)}`,
    arn: actor.sessionArn,
    accountId,
    sessionContext: {
      sessionIssuer: { type: "Role", principalId, arn: actor.roleArn, accountId, userName },
      attributes: { creationDate: eventTime(at), mfaAuthenticated: "false" },
    },
  };
}
