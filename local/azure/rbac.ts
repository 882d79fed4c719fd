/**
 * Who may do what in Azure: role definitions and their assignments, as the deployment declares them. Nothing is
 * allowed that no assignment allows. Conditions and deny assignments are not supported, and say so.
 */
import * as z from "zod";

export const RoleDefinition = z.object({
  /** The full resource id or only its GUID; assignments may use either. */
  id: z.string().min(1),
  roleName: z.string(),
  actions: z.array(z.string()).default([]),
  notActions: z.array(z.string()).default([]),
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

/** What people have, and nothing that is deployed. */
export const CERTIFICATES_OFFICER = "a4417e6f-fecd-4de8-b567-7b0420556985";
export const NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7";

/** The built-in roles that deployments and people here use; dataActions as Microsoft publishes them. */
export const BUILT_IN_ROLES: readonly z.input<typeof RoleDefinition>[] = [
  {
    id: CERTIFICATES_OFFICER,
    roleName: "Key Vault Certificates Officer",
    dataActions: [
      "Microsoft.KeyVault/vaults/certificatecas/*",
      "Microsoft.KeyVault/vaults/certificates/*",
      "Microsoft.KeyVault/vaults/certificatecontacts/write",
    ],
  },
  {
    id: NETWORK_CONTRIBUTOR,
    roleName: "Network Contributor",
    actions: [
      "Microsoft.Authorization/*/read",
      "Microsoft.Insights/alertRules/*",
      "Microsoft.Network/*",
      "Microsoft.ResourceHealth/availabilityStatuses/read",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.Support/*",
    ],
    dataActions: [],
  },
  {
    id: "4633458b-17de-408a-b874-0445c86b69e6",
    roleName: "Key Vault Secrets User",
    dataActions: [
      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    ],
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
  },
  {
    id: "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    roleName: "Storage Table Data Contributor",
    actions: [
      "Microsoft.Storage/storageAccounts/tableServices/tables/read",
      "Microsoft.Storage/storageAccounts/tableServices/tables/write",
      "Microsoft.Storage/storageAccounts/tableServices/tables/delete",
    ],
    dataActions: [
      "Microsoft.Storage/storageAccounts/tableServices/tables/entities/read",
      "Microsoft.Storage/storageAccounts/tableServices/tables/entities/write",
      "Microsoft.Storage/storageAccounts/tableServices/tables/entities/delete",
      "Microsoft.Storage/storageAccounts/tableServices/tables/entities/add/action",
      "Microsoft.Storage/storageAccounts/tableServices/tables/entities/update/action",
    ],
  },
];

/** What was asked for, once for each answer. */
export interface Asked {
  readonly principalId: string;
  readonly plane: "control" | "data";
  readonly action: string;
  readonly scope: string;
  readonly allowed: boolean;
}

export interface Rbac {
  /** `scope` is the resource id of what is acted on, such as `<vault id>/secrets/<name>`. */
  allowed(principalId: string, dataAction: string, scope: string): boolean;
  /** The same for what Resource Manager does. */
  permits(principalId: string, action: string, scope: string): boolean;
  /** The answer takes the assignment away again. */
  assign(assignment: RoleAssignment): () => void;
  asked(): readonly Asked[];
}

/** Throws when an assignment names a role that is neither given nor built in. */
export function createRbac(options: {
  readonly roleDefinitions: readonly z.input<typeof RoleDefinition>[];
  readonly assignments: readonly z.input<typeof RoleAssignment>[];
}): Rbac {
  const roles = new Map<string, RoleDefinition>();
  for (const given of [...BUILT_IN_ROLES, ...options.roleDefinitions]) {
    const role = RoleDefinition.parse(given);
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

  const grantedTo = (principalId: string, scope: string, gives: (role: RoleDefinition) => boolean) =>
    [...assignments].some((assignment) => {
      const role = roles.get(roleGuid(assignment.roleDefinitionId));
      return (
        assignment.principalId === principalId &&
        covers(assignment.scope, scope) &&
        role !== undefined &&
        gives(role)
      );
    });

  const asked = new Map<string, Asked>();
  function answer(question: Omit<Asked, "allowed">, allowed: boolean): boolean {
    const { principalId, plane, action, scope } = question;
    asked.set([principalId, plane, action, scope, allowed].join(" "), { ...question, allowed });
    return allowed;
  }

  return {
    assign,
    asked: () => [...asked.values()],
    allowed: (principalId, action, scope) =>
      answer(
        { principalId, plane: "data", action, scope },
        grantedTo(principalId, scope, (role) => grants(role.dataActions, role.notDataActions, action)),
      ),
    permits: (principalId, action, scope) =>
      answer(
        { principalId, plane: "control", action, scope },
        grantedTo(principalId, scope, (role) => grants(role.actions, role.notActions, action)),
      ),
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

function grants(given: readonly string[], taken: readonly string[], action: string): boolean {
  const matches = (pattern: string) => actionPattern(pattern).test(action);
  return given.some(matches) && !taken.some(matches);
}

function actionPattern(pattern: string): RegExp {
  const escaped = pattern.split("*").map((part) => part.replaceAll(/[.\\+?^${}()|[\]/]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "i");
}
