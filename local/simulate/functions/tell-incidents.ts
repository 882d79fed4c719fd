import { tellIncidents } from "../../../shared/alerts/tell.ts";
import { alertsOf, type DeployedFunction, remainingOf } from "./deployed.ts";

export const tellIncidentsFunction: DeployedFunction = {
  name: "tell-incidents",
  everySeconds: 60,
  limitSeconds: 60,
  invoke(world, run) {
    let attempts = 0;
    return tellIncidents({
      ...alertsOf(world, run),
      messenger: world.channel,
      announces: true,
      newAttempt: () => {
        attempts += 1;
        return `${run.name} ${attempts}`;
      },
      pause: world.timeline.sleep,
      remainingMs: remainingOf(world, run),
    });
  },
};
