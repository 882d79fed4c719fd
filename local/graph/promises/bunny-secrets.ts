/** What each bunny may read of its vault: what is its own, and nothing of another one's. */
import { describe, expect, it } from "vitest";
import type { Graph } from "../schema.ts";

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6";

/** `secrets`: by the bunny's name. */
export function promiseBunnySecrets(
  graph: () => Graph,
  secrets: Readonly<Record<string, readonly string[]>>,
): void {
  describe("a bunny's identity", () => {
    it.each(Object.entries(secrets))("of %s may read exactly what is its own: %j", (bunny, names) => {
      const { vaults, federatedCredentials, roleAssignments } = graph();
      const vault = vaults.find((one) => one.bunny === bunny);
      const identity = federatedCredentials.find(({ subject }) => subject.endsWith(`:${bunny}`));
      const granted = roleAssignments.filter(({ principalId }) => principalId === identity?.principalId);
      expect(granted.map(({ scope }) => scope).toSorted()).toEqual(
        names.map((name) => `${vault?.resourceId}/secrets/${name}`).toSorted(),
      );
      for (const { roleDefinitionId } of granted) expect(roleDefinitionId.endsWith(SECRETS_USER)).toBe(true);
    });
  });
}
