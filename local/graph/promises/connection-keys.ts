/** What the hand may do to pre-shared keys, of a link that has them rotated. */
import { describe, expect, it } from "vitest";
import { createRbac } from "../../azure/rbac.ts";
import { SUBSCRIPTION_ID } from "../identifiers.ts";
import type { Graph } from "../schema.ts";

export function promiseConnectionKeys(graph: () => Graph): void {
  const connections = `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/network/providers/Microsoft.Network/connections`;

  describe("the hand, of pre-shared keys", () => {
    it("is told who may have them changed, which is one function alone", () => {
      const rotate = graph().functions.find(({ logicalName }) => logicalName === "RotatePreSharedKeys");
      expect(rotate).toBeDefined();
      expect(graph().functionApp.settings["ROLE_ROTATE_PRE_SHARED_KEYS"]).toBe(rotate?.role.arn);
    });

    it("may read and set those of the link's own connections, and no other", () => {
      const { roleDefinitions, roleAssignments, functionApp } = graph();
      const known = new Set(roleDefinitions.map(({ id }) => id));
      const assignments = roleAssignments.filter(({ roleDefinitionId }) => known.has(roleDefinitionId));
      const { permits } = createRbac({ roleDefinitions, assignments });
      const may = (action: string, scope: unknown) =>
        permits(functionApp.principalId, `Microsoft.Network/connections/${action}`, String(scope));
      const ids = Object.values(JSON.parse(functionApp.settings["CONNECTIONS"] ?? "{}"));
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) {
        for (const action of ["read", "write", "action"]) expect(may(`sharedKey/${action}`, id)).toBe(true);
        for (const action of ["write", "delete", "sharedKey/reset/action"])
          expect(may(action, id), action).toBe(false);
      }
      for (const action of ["read", "write", "action"])
        expect(may(`sharedKey/${action}`, `${connections}/somebody-elses`)).toBe(false);
    });
  });
}
