/** Runs of the allowlists' function over the model of a link, in which Azure's half finds all in order. */
import { createAllowlistsModel } from "../../local/model/allowlists.ts";
import { ruleKey } from "./rule-key.ts";
import type { Rule } from "./schema.ts";
import { report } from "./test-reports.ts";

export function startRuns(input: Parameters<typeof createAllowlistsModel>[0] = {}) {
  const model = createAllowlistsModel(input);
  model.hand.heal = ({ groups }) => ({
    outcome: "healed",
    groups: groups.map((group) => report({ group, at: model.clock.now() })),
  });
  const add = (group: string, id: string, rule: Rule) =>
    model.groups.groups.set(group, [...(model.groups.groups.get(group) ?? []), { id, rule, marked: false }]);
  const keys = (group: string) => (model.groups.groups.get(group) ?? []).map(({ rule }) => ruleKey(rule));
  const names = () => model.calls.brain.map(({ name }) => name);
  /** What a person is told. */
  const told = async () => {
    await model.tell();
    return [...model.store.standing.values()].map(
      ({ key, severity, state, title }) => `${key} ${severity} ${state}: ${title}`,
    );
  };
  return { ...model, add, keys, names, told };
}
