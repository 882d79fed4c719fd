/** Incidents that are reported, told and closed in the model, for tests of telling. */
import { type AlertsModel, createAlertsModel } from "../../local/model/alerts.ts";
import type { Condition } from "./condition.ts";
import { condition, reportOf } from "./test-conditions.ts";

export const down = (model: AlertsModel, changes: Partial<Condition> = {}, key = "tunnels") =>
  model.report(reportOf(model.clock.now(), [condition(key, changes)]));
export const up = (model: AlertsModel) => model.report(reportOf(model.clock.now(), []));
export const later = (model: AlertsModel, seconds = 60) => model.clock.advance(seconds);
export const names = (model: AlertsModel) => model.calls.brain.map(({ name }) => name);

export async function opened(options: Parameters<typeof createAlertsModel>[0] = {}) {
  const model = createAlertsModel(options);
  await down(model);
  return model;
}

/** Its only incident, as it stands. */
export function standing(model: AlertsModel) {
  const [incident] = model.store.standing.values();
  if (incident === undefined) throw new Error("there is no incident");
  return incident;
}

export async function closed(model: AlertsModel) {
  later(model);
  await up(model);
  return model;
}
