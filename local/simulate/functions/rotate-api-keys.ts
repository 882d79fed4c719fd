import { createHash } from "node:crypto";
import { reportConditions } from "../../../shared/alerts/report-conditions.ts";
import { rotateApiKeys } from "../../../shared/keys/api-keys-run.ts";
import { keyVaultPort } from "../clouds/key-hand.ts";
import { secretPort } from "../clouds/secret.ts";
import { API_KEY, link } from "../link.ts";
import type { World } from "../world.ts";
import { alertsOf, clockOf, type DeployedFunction, remainingOf } from "./deployed.ts";

const name = "rotate-api-keys";
const KEY = API_KEY.desired.name;

export const rotateApiKeysFunction: DeployedFunction = {
  name,
  everySeconds: 60,
  limitSeconds: 120,
  invoke(world, run) {
    const { calls, keySecret, keyVault, keyLog, keysTable, lease, journal, audit, log, clock } = world;
    const alerts = alertsOf(world, run);
    const secret = secretPort(calls, keySecret, KEY, () => world.weather.staleSeconds(clock.now()));
    const vault = keyVaultPort(calls, keyVault, KEY, world.areApart);
    return rotateApiKeys({
      link,
      keys: [API_KEY],
      secretOf: () => secret,
      vaultOf: () => vault,
      relayLog: {
        read: (usesSeconds) =>
          calls.perform("relay-log.search", "", () => keyLog.search(clock.now(), usesSeconds)),
      },
      store: keysTable,
      lease,
      freezes: journal.freeze,
      tell: (report) => reportConditions(alerts, report),
      audit,
      log,
      clock: clockOf(world, run),
      random: (bytes) => randomBytesOf(world, bytes),
      invocation: { actor: name, requestId: run.name },
      remainingMs: remainingOf(world, run),
    });
  },
};

const randomBytesOf = ({ keySource }: World, count: number): Uint8Array =>
  createHash("sha512").update(`${keySource.next()}`).digest().subarray(0, count);
