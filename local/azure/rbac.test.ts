import { describe, expect, it } from "vitest";
import { createRbac } from "./rbac.ts";

const VAULT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv";
const READ = "Microsoft.KeyVault/vaults/certificates/read";
const GET_SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action";

function rbacWith(scope: string, role = "reader") {
  return createRbac({
    roleDefinitions: [
      { id: "reader", roleName: "reader", dataActions: [READ] },
      {
        id: "all-but-secrets",
        roleName: "x",
        dataActions: ["Microsoft.KeyVault/*"],
        notDataActions: [GET_SECRET],
      },
    ],
    assignments: [{ principalId: "p", roleDefinitionId: role, scope }],
  });
}

describe("createRbac", () => {
  it("allows what a role at the scope or above it grants, whatever the case of the resource id", () => {
    for (const scope of [`${VAULT}/certificates/a`, VAULT.toLowerCase(), "/subscriptions/s"]) {
      expect(rbacWith(scope).allowed("p", READ, `${VAULT}/certificates/a`)).toBe(true);
    }
  });

  it("allows nothing beside the scope, not even where a name begins with another", () => {
    const rbac = rbacWith(`${VAULT}/certificates/a`);
    expect(rbac.allowed("p", READ, `${VAULT}/certificates/ab`)).toBe(false);
    expect(rbac.allowed("p", READ, VAULT)).toBe(false);
  });

  it("allows no other principal and no other action", () => {
    const rbac = rbacWith(VAULT);
    expect(rbac.allowed("q", READ, VAULT)).toBe(false);
    expect(rbac.allowed("p", GET_SECRET, VAULT)).toBe(false);
  });

  it("reads wildcards, and takes away what notDataActions name", () => {
    const rbac = rbacWith(VAULT, "all-but-secrets");
    expect(rbac.allowed("p", READ, VAULT)).toBe(true);
    expect(rbac.allowed("p", GET_SECRET, VAULT)).toBe(false);
  });

  it("keeps what Resource Manager does apart from what is done to data", () => {
    const id = "manager";
    const role = {
      id,
      roleName: "x",
      dataActions: [],
      actions: ["Microsoft.Network/*"],
      notActions: ["*/delete"],
    };
    const assignments = [{ principalId: "p", roleDefinitionId: id, scope: "/subscriptions/s" }];
    const rbac = createRbac({ roleDefinitions: [role], assignments });
    const scope = "/subscriptions/s/resourceGroups/rg";
    expect(rbac.permits("p", "microsoft.network/connections/READ", scope)).toBe(true);
    expect(rbac.permits("p", "Microsoft.Network/connections/delete", scope)).toBe(false);
    expect(rbac.permits("q", "Microsoft.Network/connections/read", scope)).toBe(false);
    expect(rbac.permits("p", "Microsoft.Network/connections/read", "/subscriptions/t")).toBe(false);
    expect(rbac.allowed("p", "Microsoft.Network/connections/read", scope)).toBe(false);
    expect(rbacWith(VAULT).permits("p", READ, VAULT)).toBe(false);
  });

  it("knows Key Vault Secrets User under any form of its id", () => {
    const id =
      "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/4633458B-17DE-408A-B874-0445C86B69E6";
    expect(rbacWith(`${VAULT}/secrets/a`, id).allowed("p", GET_SECRET, `${VAULT}/secrets/a`)).toBe(true);
  });

  it("takes an assignment away again", () => {
    const rbac = rbacWith(VAULT);
    const remove = rbac.assign({ principalId: "q", roleDefinitionId: "reader", scope: VAULT });
    expect(rbac.allowed("q", READ, VAULT)).toBe(true);
    remove();
    expect(rbac.allowed("q", READ, VAULT)).toBe(false);
  });

  it("keeps what was asked for, once for each answer", () => {
    const rbac = rbacWith(VAULT);
    for (const _ of [1, 2]) rbac.allowed("p", READ, VAULT);
    rbac.permits("p", READ, VAULT);
    const question = { principalId: "p", action: READ, scope: VAULT };
    expect(rbac.asked()).toEqual([
      { ...question, plane: "data", allowed: true },
      { ...question, plane: "control", allowed: false },
    ]);
  });

  it("refuses an unknown role and an assignment with a condition", () => {
    expect(() => rbacWith(VAULT, "owner")).toThrow(/no role definition owner/);
    const assignment = { principalId: "p", roleDefinitionId: "reader", scope: VAULT, condition: "@Resource" };
    expect(() => createRbac({ roleDefinitions: [], assignments: [Object.assign(assignment)] })).toThrow(
      /condition/,
    );
  });
});
