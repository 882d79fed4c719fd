/** What the hand may do to the link's tunnels, and what it is told of them. */
import { describe, expect, it } from "vitest";
import { createRbac } from "../../azure/rbac.ts";
import { SUBSCRIPTION_ID } from "../identifiers.ts";
import type { Graph } from "../schema.ts";

export function promiseConnections(graph: () => Graph): void {
  const group = `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/network`;
  const connections = `${group}/providers/Microsoft.Network/connections`;
  const ids = () => Object.values(JSON.parse(graph().functionApp.settings["CONNECTIONS"] ?? "{}"));

  describe("the hand", () => {
    it("is told of each tunnel's connection, the adopted and the created, and who may ask about them", () => {
      const { settings } = graph().functionApp;
      const watch = graph().functions.find(({ logicalName }) => logicalName === "WatchTunnels");
      expect(settings["ROLE_WATCH_TUNNELS"]).toBe(watch?.role.arn);
      expect(JSON.parse(settings["CONNECTIONS"] ?? "")).toEqual({
        "old-a": `${connections}/aws-old-a`,
        "old-b": `${connections}/aws-old-b`,
        "new-a": `${connections}/warrener-test-new-a`,
        "new-b": `${connections}/warrener-test-new-b`,
        "fixed-a": `${connections}/warrener-test-fixed-a`,
      });
    });

    it("may look at the link's own connections and reset one, and reads and sets no key", () => {
      const { roleDefinitions, roleAssignments, functionApp } = graph();
      const known = new Set(roleDefinitions.map(({ id }) => id));
      const assignments = roleAssignments.filter(({ roleDefinitionId }) => known.has(roleDefinitionId));
      const { permits } = createRbac({ roleDefinitions, assignments });
      const may = (action: string, scope: unknown) =>
        permits(functionApp.principalId, `Microsoft.Network/${action}`, String(scope));
      expect(ids()).toHaveLength(5);
      for (const id of ids()) {
        expect(may("connections/read", id)).toBe(true);
        expect(may("connections/resetconnection/action", id)).toBe(true);
        for (const action of ["write", "delete", "sharedKey/read", "sharedKey/write", "sharedKey/action"]) {
          expect(may(`connections/${action}`, id), action).toBe(false);
        }
      }
      expect(
        may("localNetworkGateways/read", `${group}/providers/Microsoft.Network/localNetworkGateways/x`),
      ).toBe(true);
      expect(may("connections/resetconnection/action", `${connections}/somebody-elses`)).toBe(false);
      expect(may("virtualNetworkGateways/reset/action", group)).toBe(false);
      expect(may("connections/read", `${group}-other/providers/Microsoft.Network/connections/x`)).toBe(false);
    });
  });
}
