/** What every function in AWS is given as it runs: the real verbs are over the models of a world. */
import type { Alerts } from "../../../shared/alerts/report-conditions.ts";
import { CloudError } from "../../../shared/runtime/errors.ts";
import type { Run } from "../runs.ts";
import type { World } from "../world.ts";

/** A function as it is started, by whatever. */
export interface Started {
  /** As its role and its log are named. */
  readonly name: string;
  readonly limitSeconds: number;
  readonly invoke: (world: World, run: Run) => Promise<unknown>;
}

export interface DeployedFunction extends Started {
  readonly everySeconds: number;
}

/** An event that starts a function once. */
export interface Wake {
  readonly started: Started;
  readonly afterSeconds: number;
}

/** The clock of the host that a run is on. */
export const clockOf =
  ({ clock }: World, { skewSeconds }: Run) =>
  () =>
    clock.now() + skewSeconds;

export const remainingOf =
  ({ clock }: World, { endsAtMs }: Run) =>
  () =>
    endsAtMs - clock.nowMs();

export function alertsOf(world: World, run: Run): Alerts {
  const { incidents, calls, announced, told, log, link } = world;
  return {
    link: link.name,
    messenger: true,
    store: incidents,
    clock: clockOf(world, run),
    log,
    bus: {
      async tell(events) {
        try {
          await calls.perform("incidents.announce", "", () => {
            announced.push(...events);
            told.push(JSON.stringify(events));
          });
          return { ids: new Set(events.map(({ id }) => id)), code: null };
        } catch (error) {
          if (!(error instanceof CloudError)) throw error;
          return { ids: new Set(), code: error.code };
        }
      },
    },
  };
}
