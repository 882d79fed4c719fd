import { reportConditions } from "../../../shared/alerts/report-conditions.ts";
import { bunnyCertificates } from "../../../shared/certificates/desired.ts";
import { renewCertificates } from "../../../shared/certificates/renew.ts";
import { createPace } from "../../../shared/runtime/pace.ts";
import { link } from "../link.ts";
import { alertsOf, clockOf, type DeployedFunction, remainingOf } from "./deployed.ts";

const name = "renew-certificates";

export const renewCertificatesFunction: DeployedFunction = {
  name,
  everySeconds: link.certificates.checkEverySeconds,
  limitSeconds: 300,
  invoke(world, run) {
    const { authority, journal, audit, bus, usage, hand, log, clock, timeline } = world;
    const alerts = alertsOf(world, run);
    return renewCertificates({
      link,
      certificates: bunnyCertificates(link),
      pace: createPace(clock.nowMs),
      authority,
      journal,
      audit,
      bus,
      usage,
      concern: "certificates",
      tell: (report) => reportConditions(alerts, report),
      invocation: { actor: name, requestId: run.name },
      log,
      clock: clockOf(world, run),
      hand,
      pause: timeline.sleep,
      remainingMs: remainingOf(world, run),
    });
  },
};
