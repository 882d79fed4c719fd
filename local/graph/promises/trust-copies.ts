/** What the hand may do to the bunnies' copies of the trust bundle, of a link that publishes one. */
import { describe, expect, it } from "vitest";
import { createRbac } from "../../azure/rbac.ts";
import { caCertificatePlaceholder } from "../identifiers.ts";
import type { Graph } from "../schema.ts";

const SECRETS = "Microsoft.KeyVault/vaults/secrets";

export function promiseTrustCopies(graph: () => Graph): void {
  const may = (action: string, scope: string, principalId = graph().functionApp.principalId) => {
    const { roleDefinitions, roleAssignments } = graph();
    const known = new Set(roleDefinitions.map(({ id }) => id));
    const assignments = roleAssignments.filter(({ roleDefinitionId }) => known.has(roleDefinitionId));
    return createRbac({ roleDefinitions, assignments }).allowed(principalId, `${SECRETS}/${action}`, scope);
  };

  describe("the hand, of the trust bundle", () => {
    it("pins each CA that the link names, in a setting of its own", () => {
      const { certificateAuthority, furtherAuthorities, functionApp } = graph();
      const [next, failover] = furtherAuthorities;
      const pins = [certificateAuthority, next, failover].map((ca) =>
        caCertificatePlaceholder(ca?.arn ?? ""),
      );
      const { PINNED_CA, PINNED_NEXT_CA, PINNED_FAILOVER_CA } = functionApp.settings;
      expect([PINNED_CA, PINNED_NEXT_CA, PINNED_FAILOVER_CA]).toEqual(pins);
      expect(new Set(pins).size).toBe(3);
    });

    it("may read and set the bundle in each vault", () => {
      const { vaults } = graph();
      expect(vaults.length).toBeGreaterThan(0);
      for (const { resourceId } of vaults) {
        for (const action of ["getSecret/action", "setSecret/action"])
          expect(may(action, `${resourceId}/secrets/trust-bundle`), action).toBe(true);
      }
    });

    it("may neither delete, recover, purge nor back it up, and reach no secret that holds a key", () => {
      for (const { resourceId } of graph().vaults) {
        for (const action of ["delete", "recover/action", "purge/action", "backup/action", "restore/action"])
          expect(may(action, `${resourceId}/secrets/trust-bundle`), action).toBe(false);
        for (const name of ["one-client", "two-client", "trust-bundles", "trust", ""]) {
          expect(may("getSecret/action", `${resourceId}/secrets/${name}`), name).toBe(false);
          expect(may("setSecret/action", `${resourceId}/secrets/${name}`), name).toBe(false);
        }
      }
    });
  });
}
