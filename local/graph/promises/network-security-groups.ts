/** What the hand may do to the link's network security groups, what it is told of them, and what wakes it. */
import { describe, expect, it } from "vitest";
import { createRbac } from "../../azure/rbac.ts";
import { SUBSCRIPTION_ID } from "../identifiers.ts";
import type { Graph } from "../schema.ts";

const OTHER_SUBSCRIPTION = "11111111-2222-4333-8444-555555555555";
const group = (subscription: string, name: string) => `/subscriptions/${subscription}/resourceGroups/${name}`;
const nsg = (within: string, name: string) =>
  `${within}/providers/Microsoft.Network/networkSecurityGroups/${name}`;

const NETWORK = group(SUBSCRIPTION_ID, "network");
const NODES = group(OTHER_SUBSCRIPTION, "MC_network_bunny_uksouth");
const NSGS = {
  bunny: nsg(NETWORK, "aks-subnet"),
  spare: nsg(group(SUBSCRIPTION_ID, "Network"), "spare"),
  nodes: nsg(NODES, "aks-agentpool-12345678-nsg"),
};

export function promiseNetworkSecurityGroups(graph: () => Graph): void {
  describe("network security groups", () => {
    it("are no part of the deployment, and neither is any of their rules", () => {
      const found = graph().resources.filter(({ type }) =>
        /:network:|securityrule|securitygroup/i.test(type),
      );
      expect(found.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
    });

    it("are named to the hand by their ids, with who may ask about them", () => {
      const { settings } = graph().functionApp;
      const heal = graph().functions.find(({ logicalName }) => logicalName === "HealAllowlists");
      expect(settings["ROLE_HEAL_ALLOWLISTS"]).toBe(heal?.role.arn);
      expect(JSON.parse(settings["NSGS"] ?? "")).toEqual(NSGS);
    });

    it("let the hand read them and change single rules, and neither replace them nor touch any other", () => {
      const { roleDefinitions, roleAssignments, functionApp } = graph();
      const known = new Set(roleDefinitions.map(({ id }) => id));
      const assignments = roleAssignments.filter(({ roleDefinitionId }) => known.has(roleDefinitionId));
      const { permits } = createRbac({ roleDefinitions, assignments });
      const may = (action: string, scope: string) =>
        permits(functionApp.principalId, `Microsoft.Network/networkSecurityGroups/${action}`, scope);
      for (const id of Object.values(NSGS)) {
        const rule = `${id}/securityRules/any`;
        expect(may("read", id)).toBe(true);
        // All rules of a group come with it.
        expect(may("securityRules/read", rule)).toBe(false);
        for (const verb of ["write", "delete"]) {
          expect(may(`securityRules/${verb}`, rule), verb).toBe(true);
          expect(may(`securityRules/${verb}`, `${id}-other/securityRules/any`), verb).toBe(false);
        }
        for (const verb of ["write", "delete", "join/action", "defaultSecurityRules/read"]) {
          expect(may(verb, id), verb).toBe(false);
        }
      }
      for (const within of [NETWORK, NODES]) expect(may("read", nsg(within, "other"))).toBe(false);
    });

    it("have a role for each resource group, which can be given in no other, and with no wildcard", () => {
      const roles = graph().roleDefinitions.filter(({ roleName }) => roleName.includes("allowlist-healer"));
      expect(new Set(roles.map(({ roleName }) => roleName)).size).toBe(roles.length);
      expect(roles.map(({ assignableScopes }) => assignableScopes).toSorted()).toEqual(
        [[NODES], [NETWORK]].toSorted(),
      );
      for (const { actions, dataActions } of roles) {
        expect(dataActions).toEqual([]);
        // A group is read with its rules.
        expect(actions).toEqual([
          "Microsoft.Network/networkSecurityGroups/read",
          "Microsoft.Network/networkSecurityGroups/securityRules/write",
          "Microsoft.Network/networkSecurityGroups/securityRules/delete",
        ]);
      }
    });
  });

  describe("the events of network security groups", () => {
    it("come from the resource group of each, also from the one that AKS makes, to one function of the hand", () => {
      const heard = graph().eventSubscriptions.map(({ scope, functionName, filter }) => ({
        scope,
        functionName,
        subjects: filter.advancedFilters?.flatMap(({ values }) => values),
      }));
      const functionName = "heal-network-security-group";
      expect(heard.toSorted((one, other) => (one.scope < other.scope ? -1 : 1))).toEqual(
        [
          { scope: NODES, functionName, subjects: [NSGS.nodes] },
          { scope: NETWORK, functionName, subjects: [NSGS.bunny, NSGS.spare] },
        ].toSorted((one, other) => (one.scope < other.scope ? -1 : 1)),
      );
    });

    it("are of what was written or deleted, also half, and begin with a group of the link", () => {
      for (const { filter, retryPolicy } of graph().eventSubscriptions) {
        expect(filter.includedEventTypes).toEqual([
          "Microsoft.Resources.ResourceWriteSuccess",
          "Microsoft.Resources.ResourceWriteCancel",
          "Microsoft.Resources.ResourceDeleteSuccess",
          "Microsoft.Resources.ResourceDeleteCancel",
        ]);
        expect(filter.advancedFilters).toMatchObject([{ operatorType: "StringBeginsWith", key: "subject" }]);
        expect(retryPolicy).toEqual({ maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1_440 });
      }
    });
  });
}
