/**
 * What Resource Manager tells Event Grid of a write. It holds no rules, and of a new resource no `httpRequest`.
 * https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
 */
import { randomUUID } from "node:crypto";
import { guid } from "../../../graph/identifiers.ts";
import { claimsOf } from "./caller.ts";
import type { Wanted, Write } from "./write.ts";

/** Its topic is the subscription's to say. */
export interface ResourceEvent {
  readonly id: string;
  readonly subject: string;
  readonly eventType: string;
  readonly eventTime: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly dataVersion: string;
  readonly metadataVersion: string;
}

export interface ToldWrite {
  readonly write: Write;
  readonly status: "Accepted" | "Succeeded" | "Failed";
  readonly tenantId: string;
  /** Published samples have `resourcegroups`, others `resourceGroups`. */
  readonly isLowerCase: boolean;
  readonly now: number;
}

const NSG = "Microsoft.Network/networkSecurityGroups";

const OPERATIONS: Readonly<Record<Wanted["kind"], string>> = {
  "put-rule": `${NSG}/securityRules/write`,
  "delete-rule": `${NSG}/securityRules/delete`,
  "put-group": `${NSG}/write`,
  "delete-group": `${NSG}/delete`,
};

export function resourceEvent({ write, status, tenantId, isLowerCase, now }: ToldWrite): ResourceEvent {
  const { groupId, wanted, caller, correlationId } = write;
  const resourceId = "name" in wanted ? `${groupId}/securityRules/${wanted.name}` : groupId;
  const subject = isLowerCase ? resourceId.replace("/resourceGroups/", "/resourcegroups/") : resourceId;
  const operationName = OPERATIONS[wanted.kind];
  const isDelete = operationName.endsWith("/delete");
  const [, , subscriptionId = ""] = groupId.split("/");
  return {
    id: randomUUID(),
    subject,
    eventType: `Microsoft.Resources.Resource${isDelete ? "Delete" : "Write"}${status === "Failed" ? "Failure" : "Success"}`,
    eventTime: new Date(now).toISOString().replace(/Z$/, "0000Z"),
    data: {
      authorization: {
        scope: subject,
        action: operationName,
        evidence: {
          role: caller.role,
          roleAssignmentScope: `/subscriptions/${subscriptionId}`,
          roleAssignmentId: guid(`assignment of ${caller.objectId}`).replaceAll("-", ""),
          roleDefinitionId: guid(caller.role).replaceAll("-", ""),
          principalId: caller.objectId.replaceAll("-", ""),
          principalType: caller.principalType,
        },
      },
      claims: claimsOf(caller, tenantId),
      correlationId,
      ...(write.isNew ? {} : { httpRequest: requestOf(write, resourceId, isDelete ? "DELETE" : "PUT") }),
      resourceProvider: "Microsoft.Network",
      resourceUri: subject,
      operationName,
      status,
      subscriptionId,
      tenantId,
    },
    dataVersion: "2",
    metadataVersion: "1",
  };
}

const requestOf = ({ id, caller }: Write, resourceId: string, method: string) => ({
  clientRequestId: id,
  clientIpAddress: caller.address,
  method,
  url: `https://management.azure.com${resourceId}?api-version=2024-05-01`,
});
