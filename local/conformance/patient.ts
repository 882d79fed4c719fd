/** The stand-ins keep the services' quotas, and probes ask faster than any program: a throttled call waits its turn. */
import { setTimeout as pause } from "node:timers/promises";
import { type Call, Refused } from "./call.ts";

const THROTTLED = new Set([
  "ThrottlingException",
  "Throttling",
  "RequestLimitExceeded",
  "TooManyRequestsException",
]);
const TRIES_MAX = 5;
const PAUSE_MS = 1000;

export function patient(call: Call, pauseMs = PAUSE_MS): Call {
  return async (service, operation, input) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await call(service, operation, input);
      } catch (error) {
        const throttled = error instanceof Refused && THROTTLED.has(error.code);
        if (!throttled || tries === TRIES_MAX) throw error;
      }
      await pause(pauseMs);
    }
  };
}
