/** What reads of refused callers: each minute, and for each batch of lines that relay's log hands over. */
import { reportConditions } from "../../../shared/alerts/report-conditions.ts";
import type { WakeTarget } from "../../../shared/auth-failures/cause.ts";
import { keepKnown, observeRun } from "../../../shared/auth-failures/observe.ts";
import { type AuthBrain, runOnEvent } from "../../../shared/auth-failures/run-on-event.ts";
import { CloudError } from "../../../shared/runtime/errors.ts";
import { ACCOUNT, FILTER } from "../callers-input.ts";
import { DESIRED_AUTH } from "../callers-link.ts";
import { eventOf, type LogDelivery } from "../clouds/relay-log.ts";
import { link } from "../link.ts";
import type { Run } from "../runs.ts";
import type { World } from "../world.ts";
import { alertsOf, clockOf, type DeployedFunction, type Started } from "./deployed.ts";
import { renewCertificatesFunction } from "./renew-certificates.ts";
import { rotateApiKeysFunction } from "./rotate-api-keys.ts";

const name = "read-auth-failures";
const limitSeconds = 60;
/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const AGAIN_AFTER_SECONDS = [60, 120] as const;

export const readAuthFailuresFunction: DeployedFunction = {
  name,
  everySeconds: 60,
  limitSeconds,
  async invoke(world, run) {
    const startedAt = world.clock.now();
    const report = await runOnEvent(brainOf(world, run), {});
    if (isWell(report)) world.callers.lookedAt = startedAt;
    return report;
  },
};

/** Lambda tries again when a run has failed, and that is also one whose report has trouble. */
export const takeDelivery = ({ lines }: Pick<LogDelivery, "lines">, attempt = 0): Started => ({
  name,
  limitSeconds,
  async invoke(world, run) {
    const { callers, clock, wakes } = world;
    callers.batches.add(run);
    for (const line of lines) {
      line.givenAt ??= clock.now();
      line.lastGivenAt = clock.now();
    }
    const again = () => {
      const afterSeconds = AGAIN_AFTER_SECONDS[attempt];
      if (afterSeconds !== undefined)
        wakes.push({ afterSeconds, started: takeDelivery({ lines }, attempt + 1) });
    };
    try {
      const report = await runOnEvent(brainOf(world, run), eventOf(lines));
      if (!isWell(report)) again();
      for (const line of lines) line.takenAt ??= clock.now();
      return report;
    } catch (error) {
      // Whatever it had read is gone with it.
      callers.known = null;
      again();
      throw error;
    }
  },
});

const isWell = ({ trouble }: { readonly trouble: readonly string[] }): boolean => trouble.length === 0;

function brainOf(world: World, run: Run): AuthBrain {
  const { callers, calls, audit, journal, keysTable, clock, timeline } = world;
  const alerts = alertsOf(world, run);
  const sources = {
    desired: DESIRED_AUTH,
    tunnels: [],
    audit,
    keptKeys: () => calls.perform("keys.read", "", () => new Map(keysTable.kept)),
    freezes: journal.freeze,
  };
  callers.known ??= keepKnown(sources, clock.now);
  return {
    link,
    desired: DESIRED_AUTH,
    account: ACCOUNT,
    filter: FILTER,
    memory: callers.memory,
    waker: { wake: (targets) => wake(world, targets) },
    observed: observeRun(sources, callers.known),
    tell: (report) => reportConditions(alerts, report),
    log: callers.functionLog,
    clock: clockOf(world, run),
    pause: timeline.sleep,
    random: callers.draw.next,
  };
}

const SLEEPERS: Readonly<Partial<Record<WakeTarget, Started>>> = {
  certificates: renewCertificatesFunction,
  "api-keys": rotateApiKeysFunction,
};

async function wake({ calls, wakes }: World, targets: readonly WakeTarget[]): Promise<string | null> {
  try {
    await calls.perform("wakes.tell", targets.join(), () => {
      for (const target of targets) {
        const started = SLEEPERS[target];
        if (started !== undefined) wakes.push({ started, afterSeconds: 1 });
      }
    });
    return null;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return error.code;
  }
}
