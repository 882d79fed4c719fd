/**
 * A call that changes something in EC2, as CloudTrail tells it on the default bus; one that was refused too, with
 * `errorCode` and without what was answered.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import { randomUUID } from "node:crypto";
import { eventTime, type ServiceEvent } from "../event-bridge/event.ts";
import type { Place } from "./answers.ts";

/** Who called, from where and with what, as a record has it. */
export interface TrailActor {
  readonly userIdentity: Readonly<Record<string, unknown>>;
  /** An address, or the name of the service that called on somebody's behalf. */
  readonly sourceAddress: string;
  readonly userAgent: string;
  /** The credentials are of a session in the console. */
  readonly fromConsole: boolean;
}

export interface TrailCall extends Place {
  readonly eventName: string;
  readonly actor: TrailActor;
  readonly at: number;
  readonly requestId: string;
  readonly refused: { readonly code: string; readonly message: string } | undefined;
  /** Null when the call could not be read. */
  readonly requestParameters: object | null;
  readonly responseElements: object;
}

export function trailRecord(call: TrailCall): ServiceEvent {
  const { actor, refused } = call;
  return {
    source: "aws.ec2",
    detailType: "AWS API Call via CloudTrail",
    resources: [],
    detail: {
      eventVersion: "1.11",
      userIdentity: actor.userIdentity,
      eventTime: eventTime(call.at),
      eventSource: "ec2.amazonaws.com",
      eventName: call.eventName,
      awsRegion: call.region,
      sourceIPAddress: actor.sourceAddress,
      userAgent: actor.userAgent,
      ...(refused === undefined
        ? {}
        : { errorCode: `Client.${refused.code}`, errorMessage: refused.message }),
      requestParameters: call.requestParameters,
      responseElements: refused === undefined ? call.responseElements : null,
      requestID: call.requestId,
      eventID: randomUUID(),
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: call.accountId,
      eventCategory: "Management",
      tlsDetails: {
        tlsVersion: "TLSv1.3",
        cipherSuite: "TLS_AES_128_GCM_SHA256",
        clientProvidedHostHeader: `ec2.${call.region}.amazonaws.com`,
      },
      ...(actor.fromConsole ? { sessionCredentialFromConsole: "true" } : {}),
    },
  };
}
