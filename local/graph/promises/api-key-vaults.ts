/** What the hand may do to API keys in bunny's vaults, of the link of keys-link.ts. */
import { describe, expect, it } from "vitest";
import { createRbac } from "../../azure/rbac.ts";
import type { Graph } from "../schema.ts";

/** Each in the vault of the bunny that its name begins with. */
const KEYS = ["one-poll", "one-result", "two-key"];
const BUNNIES = ["one", "two"];

export function promiseApiKeyVaults(graph: () => Graph): void {
  const may = (action: string, scope: string): boolean => {
    const { roleDefinitions, roleAssignments, functionApp } = graph();
    const known = new Set(roleDefinitions.map(({ id }) => id));
    const assignments = roleAssignments.filter(({ roleDefinitionId }) => known.has(roleDefinitionId));
    const { allowed } = createRbac({ roleDefinitions, assignments });
    return allowed(functionApp.principalId, `Microsoft.KeyVault/vaults/secrets/${action}`, scope);
  };
  const scopeOf = (bunny: string, name: string): string => {
    const vault = graph().vaults.find((it) => it.name.startsWith(`wr-${bunny}-`));
    if (vault === undefined) throw new Error(`the deployment has no vault of ${bunny}`);
    return `${vault.resourceId}/secrets/${name}`;
  };

  describe("the hand, of API keys", () => {
    it.each(KEYS)("may set %s in its bunny's vault and see which version is there, and no more", (name) => {
      const scope = scopeOf(name.slice(0, 3), name);
      for (const action of ["setSecret/action", "readMetadata/action"])
        expect(may(action, scope), action).toBe(true);
      const others = ["getSecret/action", "delete", "backup/action", "recover/action", "purge/action"];
      for (const action of others) expect(may(action, scope), action).toBe(false);
    });

    it("may do nothing with another secret of a vault, and with no bunny's key in another one's vault", () => {
      const foreign = BUNNIES.flatMap((bunny) =>
        [`${bunny}-client`, "somebody-elses", ...KEYS.filter((key) => !key.startsWith(bunny))].map((name) =>
          scopeOf(bunny, name),
        ),
      );
      expect(foreign).toHaveLength(7);
      for (const scope of foreign) {
        for (const action of ["setSecret/action", "readMetadata/action", "getSecret/action"])
          expect(may(action, scope), `${action} of ${scope}`).toBe(false);
      }
    });
  });
}
