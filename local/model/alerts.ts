/** Incidents in one process: the real verbs over models of the table, the bus and the channel, in the model's time. */

import type { IncidentEvent } from "../../shared/alerts/event.ts";
import type { Report } from "../../shared/alerts/plan.ts";
import { type Alerts, type Reported, reportConditions } from "../../shared/alerts/report-conditions.ts";
import { type Teller, type TellingReport, tellIncidents } from "../../shared/alerts/tell.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import { createLog } from "../../shared/runtime/log.ts";
import { type LogRecord, START } from "./brain.ts";
import { Calls } from "./calls.ts";
import { type ModelChannel, modelChannel } from "./channel.ts";
import { ModelClock } from "./clock.ts";
import { type ModelIncidents, modelIncidents } from "./incidents.ts";

const CHANNEL = "C0123456789";
const LINK = "test-link";
/** As deployed (infra/alerts.ts); less than a claim. */
const TIME_LIMIT_MS = 60_000;

export interface AlertsModel {
  readonly clock: ModelClock;
  readonly calls: Calls;
  readonly store: ModelIncidents;
  readonly channel: ModelChannel;
  /** In the order in which the bus took them, each as often as it did. */
  readonly events: readonly IncidentEvent[];
  readonly records: readonly LogRecord[];
  readonly alerts: Alerts;
  report(report: Report): Promise<Reported>;
  /** A run of the schedule; `woken` by an event of the bus instead. */
  tell(changes?: Partial<Teller>): Promise<TellingReport>;
}

export function createAlertsModel(options: { readonly messenger?: boolean } = {}): AlertsModel {
  const { messenger = true } = options;
  const clock = new ModelClock(START);
  const calls = new Calls(clock);
  const store = modelIncidents(calls);
  const channel = modelChannel(calls, CHANNEL);
  const events: IncidentEvent[] = [];
  const records: LogRecord[] = [];
  const log = createLog((level, record) => records.push({ level, ...record }));
  const bus: Alerts["bus"] = {
    async tell(told) {
      try {
        await calls.perform("bus.tell", "", () => void events.push(...told));
        return { ids: new Set(told.map(({ id }) => id)), code: null };
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        return { ids: new Set(), code: error.code };
      }
    },
  };
  const alerts = { link: LINK, messenger, store, bus, clock: clock.now, log };
  let attempts = 0;
  const newAttempt = () => {
    attempts += 1;
    return `attempt-${attempts}`;
  };
  return {
    clock,
    calls,
    store,
    channel,
    events,
    records,
    alerts,
    report: (report) => reportConditions(alerts, report),
    tell: (changes = {}) => {
      const endsAtMs = clock.nowMs() + TIME_LIMIT_MS;
      return tellIncidents({
        ...alerts,
        messenger: messenger ? channel : null,
        announces: true,
        newAttempt,
        pause: async (ms) => clock.advance(ms / 1_000),
        remainingMs: () => endsAtMs - clock.nowMs(),
        ...changes,
      });
    },
  };
}
