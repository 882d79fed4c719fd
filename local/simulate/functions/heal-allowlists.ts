/** The function of the allowlists in AWS, as it is started: by its sweep, each minute, and by an event. */
import { reportConditions } from "../../../shared/alerts/report-conditions.ts";
import { runOnEvent } from "../../../shared/allowlists/run-on-event.ts";
import { beginHealing, keepReport, tellAllowlists } from "../../../shared/allowlists/tell.ts";
import { sweepHand } from "../../../shared/reconcile/sweep-hand.ts";
import { ALLOWLISTS } from "../groups.ts";
import { link } from "../link.ts";
import type { Run } from "../runs.ts";
import type { World } from "../world.ts";
import { alertsOf, clockOf, type DeployedFunction, remainingOf } from "./deployed.ts";

const name = "heal-allowlists";
const limitSeconds = 120;
/** As in infra/allowlists.ts. */
export const SWEEP_SECONDS = 900;
const OWN_ROLE = "arn:aws:iam::111122223333:role/warrener-prod-heal-allowlists";

export const healAllowlistsFunction: DeployedFunction = {
  name,
  everySeconds: SWEEP_SECONDS,
  limitSeconds,
  invoke: (world, run) => invoke(world, run, {}),
};

export const tendAllowlistsFunction: DeployedFunction = {
  name: "tend-allowlists",
  everySeconds: 60,
  limitSeconds,
  invoke: (world, run) => invoke(world, run, { run: "tend" }),
};

/** An event of CloudTrail starts it once. */
export const lookOnEvent = (event: unknown) => ({
  name,
  limitSeconds,
  invoke: (world: World, run: Run) => invoke(world, run, event),
});

function invoke(world: World, run: Run, event: unknown): Promise<unknown> {
  const { allowlists, audit, journal, log, timeline } = world;
  const clock = clockOf(world, run);
  const remainingMs = remainingOf(world, run);
  const alerts = alertsOf(world, run);
  const teller = {
    link,
    memory: allowlists.memoryStore,
    audit,
    tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
    log,
    invocation: { actor: name, requestId: run.name },
  };
  const sweeper = { ...teller, hand: allowlists.hand, freezes: journal.freeze, clock, remainingMs };
  return runOnEvent(
    {
      link,
      allowlists: ALLOWLISTS,
      groups: allowlists.securityGroups,
      hand: allowlists.hand,
      store: allowlists.standing,
      begin: (reports) => beginHealing(teller, reports, clock()),
      tell: (found) => tellAllowlists(teller, found),
      sweep: (freeze) =>
        sweepHand(
          {
            ...sweeper,
            keepReport: (report, { function: invocation }) =>
              keepReport(teller, report, { now: clock(), invocation }),
          },
          freeze,
        ),
      ownRoles: [OWN_ROLE],
      log,
      clock,
      pause: timeline.sleep,
      remainingMs,
    },
    event,
  );
}
