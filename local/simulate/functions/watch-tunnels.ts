/** The function of the tunnels, as it is started: each minute, and by an event. */

import { reportConditions } from "../../../shared/alerts/report-conditions.ts";
import { runOnEvent } from "../../../shared/tunnels/run-on-event.ts";
import { seenWith } from "../clouds/seen-incidents.ts";
import { link } from "../link.ts";
import type { Run } from "../runs.ts";
import { ALARM_PREFIX, linksTo, TUNNELS, VPN } from "../tunnels.ts";
import type { World } from "../world.ts";
import { alertsOf, clockOf, type DeployedFunction, remainingOf } from "./deployed.ts";

const name = "watch-tunnels";
const limitSeconds = 120;
const OWN_ROLE = "arn:aws:iam::111122223333:role/warrener-prod-watch-tunnels";

export const watchTunnelsFunction: DeployedFunction = {
  name,
  everySeconds: 60,
  limitSeconds,
  invoke: (world, run) => invoke(world, run, {}),
};

/** An event of an alarm, of AWS Health or of CloudTrail starts it once. */
export const watchOnEvent = (event: unknown) => ({
  name,
  limitSeconds,
  invoke: (world: World, run: Run) => invoke(world, run, event),
});

function invoke(world: World, run: Run, event: unknown): Promise<unknown> {
  const { tunnels, lease, journal, audit, log } = world;
  const { store, incidents } = seenWith(tunnels.tables.store, world.incidents);
  const alerts = { ...alertsOf(world, run), store: incidents };
  const watcher = {
    vpn: VPN,
    desired: TUNNELS,
    alarmPrefix: ALARM_PREFIX,
    ownRoles: [OWN_ROLE],
    aws: tunnels.aws,
    hand: tunnels.hand,
    store,
    lease,
    linksTo,
    tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
    freezes: journal.freeze,
    audit,
    link,
    log,
    clock: clockOf(world, run),
    remainingMs: remainingOf(world, run),
    // The allowlists' function does that in this link (shared/reconcile/sweeping-function.ts).
    sweep: () => Promise.resolve([]),
    holder: run.name,
  };
  return runOnEvent(watcher, event);
}
