/**
 * The roles that the deployment defines in Azure, each by what it is called whatever the stage and the link, and which
 * of their actions the Function App was seen to use.
 */
import { createRbac } from "../azure/rbac.ts";
import type { Graph } from "../graph/schema.ts";
import type { RecordedHand } from "./recording.ts";

type Definition = Graph["roleDefinitions"][number];

/** "certificate-requester" of "warrener-prod-certificate-requester-4a751a66": several may be of one kind. */
export function kindOfRole({ roleName }: Pick<Definition, "roleName">, stagePrefix: string): string {
  const kind = new RegExp(`^${stagePrefix}-(.+)-[0-9a-f]{8}$`).exec(roleName)?.[1];
  if (kind === undefined) throw new Error(`the role ${roleName} is not named as the others are`);
  return kind;
}

/** Of one kind of role; both planes' actions in one list. */
export interface HandRole {
  readonly kind: string;
  readonly actions: readonly string[];
}

export function handRoles(definitions: readonly Definition[], stagePrefix: string): HandRole[] {
  const kinds = new Map<string, HandRole>();
  for (const one of definitions) {
    const kind = kindOfRole(one, stagePrefix);
    kinds.set(kind, { kind, actions: [...one.actions, ...one.dataActions].toSorted() });
  }
  return [...kinds.values()].toSorted((a, b) => a.kind.localeCompare(b.kind));
}

/** `<kind>: <action>`, for each action that a role allows and that was asked for where the role is given. */
export function handUses(
  { definitions, assignments, asked }: RecordedHand,
  stagePrefix: string,
): Set<string> {
  const uses = new Set<string>();
  for (const definition of definitions) {
    const given = assignments.filter(({ roleDefinitionId }) => roleDefinitionId === definition.id);
    const rbac = createRbac({ roleDefinitions: [definition], assignments: given });
    for (const principalId of new Set(given.map((one) => one.principalId))) {
      for (const { plane, action, scope, allowed } of asked) {
        const grants = plane === "data" ? rbac.allowed : rbac.permits;
        if (allowed && grants(principalId, action, scope))
          uses.add(`${kindOfRole(definition, stagePrefix)}: ${action}`);
      }
    }
  }
  return uses;
}
