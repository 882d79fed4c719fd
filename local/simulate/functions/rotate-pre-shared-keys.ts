import { reportConditions } from "../../../shared/alerts/report-conditions.ts";
import type { Freeze } from "../../../shared/freeze/schema.ts";
import { azureKeys } from "../../../shared/keys/pre-shared-ask-hand.ts";
import { runOnEvent } from "../../../shared/keys/pre-shared-on-event.ts";
import { observeAgain } from "../../../shared/tunnels/observe.ts";
import { seenWith } from "../clouds/seen-incidents.ts";
import { link } from "../link.ts";
import { randomBytesFrom } from "../random-bytes.ts";
import { KEY_POLICY, linksTo, TUNNELS } from "../tunnels.ts";
import { alertsOf, clockOf, type DeployedFunction, remainingOf } from "./deployed.ts";

const name = "rotate-pre-shared-keys";

export const rotatePreSharedKeysFunction: DeployedFunction = {
  name,
  everySeconds: 60,
  limitSeconds: 120,
  invoke(world, run) {
    const { tunnels, lease, journal, audit, log } = world;
    const { aws, hand, tables } = tunnels;
    const { store, incidents } = seenWith(tables.keyStore, world.incidents);
    const alerts = { ...alertsOf(world, run), store: incidents };
    let freeze: Freeze | null = null;
    const brain = {
      link,
      policy: KEY_POLICY,
      desired: TUNNELS,
      secrets: tunnels.secretPorts,
      aws: tunnels.awsKeys,
      azure: azureKeys(hand),
      observeTunnels: () => observeAgain({ aws, hand, desired: TUNNELS }),
      random: (count: number) => randomBytesFrom(tunnels.source, count),
      lease,
      asking: tables.asking,
      audit,
      linksTo,
      log,
      clock: clockOf(world, run),
      store: {
        ...store,
        read() {
          freeze = journal.freeze.stands;
          return store.read();
        },
      },
      freeze: () => freeze,
      tell: (report: Parameters<typeof reportConditions>[1]) => reportConditions(alerts, report),
      holder: run.name,
      invocation: { actor: name, requestId: run.name },
      remainingMs: remainingOf(world, run),
    };
    return runOnEvent(brain, {});
  },
};
