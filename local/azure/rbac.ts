/**
 * Who may do what in Azure: role definitions and their assignments, as the deployment declares them. Nothing is
 * allowed that no assignment allows. Conditions and deny assignments are not supported, and say so.
 */
import * as z from "zod";

export const RoleDefinition = z.object({
  /** The full resource id or only its GUID; assignments may use either. */
  id: z.string().min(1),
  roleName: z.string(),
  dataActions: z.array(z.string()),
  notDataActions: z.array(z.string()).default([]),
});
export type RoleDefinition = z.infer<typeof RoleDefinition>;

export const RoleAssignment = z.object({
  principalId: z.string().min(1),
  roleDefinitionId: z.string().min(1),
  scope: z.string().startsWith("/", "a scope is a resource id and begins with a slash"),
  condition: z.undefined("assignments with a condition are not supported here").optional(),
});
export type RoleAssignment = z.infer<typeof RoleAssignment>;

/** Key Vault's built-in roles that deployments here use; dataActions as Microsoft publishes them. */
export const BUILT_IN_ROLES: readonly RoleDefinition[] = [
  {
    id: "4633458b-17de-408a-b874-0445c86b69e6",
    roleName: "Key Vault Secrets User",
    dataActions: [
      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    ],
    notDataActions: [],
  },
  {
    id: "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
    roleName: "Key Vault Certificate User",
    dataActions: [
      "Microsoft.KeyVault/vaults/certificates/read",
      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
      "Microsoft.KeyVault/vaults/keys/read",
    ],
    notDataActions: [],
  },
];

export interface Rbac {
  /** `scope` is the resource id of what is acted on, such as `<vault id>/secrets/<name>`. */
  allowed(principalId: string, dataAction: string, scope: string): boolean;
  /** The answer takes the assignment away again. */
  assign(assignment: RoleAssignment): () => void;
}

/** Throws when an assignment names a role that is neither given nor built in. */
export function createRbac(options: {
  readonly roleDefinitions: readonly z.input<typeof RoleDefinition>[];
  readonly assignments: readonly z.input<typeof RoleAssignment>[];
}): Rbac {
  const roles = new Map<string, RoleDefinition>();
  for (const role of [
    ...BUILT_IN_ROLES,
    ...options.roleDefinitions.map((one) => RoleDefinition.parse(one)),
  ]) {
    roles.set(roleGuid(role.id), role);
  }
  const assignments = new Set<RoleAssignment>();

  function assign(input: z.input<typeof RoleAssignment>): () => void {
    const assignment = RoleAssignment.parse(input);
    if (!roles.has(roleGuid(assignment.roleDefinitionId))) {
      throw new Error(
        `no role definition ${assignment.roleDefinitionId}: add it to the known built-in roles`,
      );
    }
    assignments.add(assignment);
    return () => assignments.delete(assignment);
  }
  for (const assignment of options.assignments) assign(assignment);

  return {
    assign,
    allowed(principalId, dataAction, scope) {
      return [...assignments].some((assignment) => {
        const role = roles.get(roleGuid(assignment.roleDefinitionId));
        return (
          assignment.principalId === principalId &&
          covers(assignment.scope, scope) &&
          role !== undefined &&
          grants(role, dataAction)
        );
      });
    },
  };
}

/** Role ids are met as a GUID, under a subscription, or without one: the GUID is what they share. */
function roleGuid(id: string): string {
  return (id.split("/").at(-1) ?? id).toLowerCase();
}

/** Resource ids are compared without regard to case, and only at whole segments. */
function covers(assigned: string, scope: string): boolean {
  const prefix = `${assigned.replace(/\/$/, "")}/`.toLowerCase();
  return `${scope}/`.toLowerCase().startsWith(prefix);
}

function grants(role: RoleDefinition, dataAction: string): boolean {
  const matches = (pattern: string) => actionPattern(pattern).test(dataAction);
  return role.dataActions.some(matches) && !role.notDataActions.some(matches);
}

function actionPattern(pattern: string): RegExp {
  const escaped = pattern.split("*").map((part) => part.replaceAll(/[.\\+?^${}()|[\]/]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "i");
}
