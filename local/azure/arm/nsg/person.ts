/**
 * What somebody does to a network security group in the portal, or with a tool: it waits for the end of each of its
 * operations, and tries again what cannot begin or has failed.
 */
import { Refusal } from "../../../stand-in/operations.ts";
import type { AzureCaller } from "./caller.ts";
import { namedRule } from "./rule-body.ts";
import { NsgBusy, type NsgWorld } from "./world.ts";
import { isSameName, type Wanted } from "./write.ts";

/** In the form of REST. */
export interface WrittenRule {
  readonly name: string;
  readonly properties: unknown;
}

/** Groups by their ids; what is gone is deleted. Each throws what Resource Manager refuses, and where there is no such group. */
export interface AzurePerson {
  putRule(groupId: string, rule: WrittenRule): Promise<void>;
  deleteRule(groupId: string, name: string): Promise<void>;
  /** One write of the whole group: its rules become these. */
  putGroup(groupId: string, change: (rules: readonly WrittenRule[]) => readonly WrittenRule[]): Promise<void>;
  deleteGroup(groupId: string): Promise<void>;
}

const ATTEMPTS_MAX = 20;

export function azurePerson(world: NsgWorld, caller: AzureCaller): AzurePerson {
  const groupOf = (id: string) => {
    const group = world.find(id);
    if (group === undefined) throw new Error(`there is no network security group ${id}`);
    return group;
  };

  async function attempt(groupId: string, wanted: () => Wanted): Promise<boolean> {
    try {
      return (await world.write(groupId, wanted(), { caller }).ended) === "Succeeded";
    } catch (error) {
      if (error instanceof NsgBusy) await error.write.ended;
      else if (error instanceof Refusal && error.code === "RetryableError")
        await groupOf(groupId).running?.ended;
      else throw error;
      return false;
    }
  }

  async function write(groupId: string, wanted: () => Wanted): Promise<void> {
    for (let turn = 0; turn < ATTEMPTS_MAX; turn += 1) {
      groupOf(groupId);
      if (await attempt(groupId, wanted)) return;
    }
    throw new Error(`${groupId} could not be written in ${ATTEMPTS_MAX} attempts`);
  }

  return {
    putRule: (groupId, rule) => write(groupId, () => ({ kind: "put-rule", ...namedRule(groupId, rule) })),
    async deleteRule(groupId, name) {
      if (!groupOf(groupId).rules.some((rule) => isSameName(rule.name, name))) return;
      await write(groupId, () => ({ kind: "delete-rule", name }));
    },
    putGroup: (groupId, change) =>
      write(groupId, () => {
        const { location, tags, rules } = groupOf(groupId);
        const changed = change(rules.map(({ name, properties }) => ({ name, properties })));
        return { kind: "put-group", location, tags, rules: changed.map((rule) => namedRule(groupId, rule)) };
      }),
    deleteGroup: (groupId) => write(groupId, () => ({ kind: "delete-group" })),
  };
}
