/**
 * Network security groups over Resource Manager's REST, with Microsoft's client. One rule at a time is written, never
 * a whole group: that would take away what somebody else has just added.
 *
 * REST: https://learn.microsoft.com/rest/api/virtualnetwork/network-security-groups/get
 * https://learn.microsoft.com/rest/api/virtualnetwork/security-rules
 */
import type { Client } from "@azure-rest/core-client";
import * as z from "zod";
import { type ArmAnswer, armCaller, type Bound, NetworkResourceId } from "../runtime/arm.ts";
import type { NetworkSecurityGroups, NsgId, NsgWritten } from "./network-security-groups.ts";
import { NsgRuleAnswer } from "./nsg-rule.ts";
import { nsgRuleBody } from "./nsg-write.ts";

/** A JSON object: a group's name -> the resource id of its NSG. */
export const DeployedNsgs = z.record(z.string(), NetworkResourceId("networkSecurityGroups"));

const State = z
  .string()
  .default("Succeeded")
  .transform((state) => state.toLowerCase());
const CHANGING: readonly string[] = ["updating", "creating", "deleting"];
const Nsg = z.object({
  properties: z.object({
    securityRules: z.array(
      z.intersection(
        NsgRuleAnswer,
        z.object({ properties: z.object({ provisioningState: State }) }).transform(({ properties }) => ({
          isChanging: CHANGING.includes(properties.provisioningState),
        })),
      ),
    ),
  }),
});

/** Anything else that is not found says nothing: a subscription that the caller may not see is not found either. */
const ABSENT: readonly string[] = ["ResourceNotFound", "NotFound", "ResourceGroupNotFound"];
const isAbsent = ({ status, code }: ArmAnswer): boolean => status === "404" && ABSENT.includes(code ?? "");

export function armNetworkSecurityGroups(client: Client): NetworkSecurityGroups {
  const ruleAt = (id: NsgId, name: string) =>
    client.pathUnchecked(`${id}/securityRules/${encodeURIComponent(name)}`);
  return {
    async read(id) {
      const call = armCaller("GetNetworkSecurityGroup", id);
      const answer = await call((bound) => client.pathUnchecked(id).get(bound));
      if (isAbsent(answer)) return null;
      const { securityRules } = answer.expect(["200"], Nsg).properties;
      const changing = securityRules.filter(({ isChanging }) => isChanging);
      return {
        rules: securityRules.map(({ isChanging: _, ...rule }) => rule),
        changing: new Set(changing.map(({ name }) => name.toLowerCase())),
      };
    },
    async put(id, rule) {
      const call = armCaller("CreateOrUpdateSecurityRule", `${id}/securityRules/${rule.name}`);
      const body = nsgRuleBody(rule);
      const answer = await call((bound) => ruleAt(id, rule.name).put({ ...ifMatch(bound, rule.etag), body }));
      return notDone(answer) ?? accepted(answer, ["200", "201", "202"]);
    },
    async remove(id, name, etag) {
      const call = armCaller("DeleteSecurityRule", `${id}/securityRules/${name}`);
      const answer = await call((bound) => ruleAt(id, name).delete(ifMatch(bound, etag)));
      if (answer.status === "204" || isAbsent(answer)) return { kind: "gone" };
      return notDone(answer) ?? accepted(answer, ["200", "202"]);
    },
  };
}

const ifMatch = (bound: Bound, etag: string | null) =>
  etag === null ? bound : { ...bound, headers: { "If-Match": etag } };

function notDone({ status, code, isBusy, retryAfterSeconds }: ArmAnswer): NsgWritten | null {
  if (isBusy) return { kind: "busy", retryAfterSeconds };
  if (status === "412") return { kind: "unmatched" };
  const isTaken = (status === "400" || status === "409") && code === "SecurityRuleConflict";
  return isTaken ? { kind: "taken", code } : null;
}

function accepted(answer: ArmAnswer, statuses: readonly string[]): NsgWritten {
  answer.expect(statuses, z.unknown());
  return { kind: "accepted" };
}
