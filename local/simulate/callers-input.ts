/** Whose refused callers the simulated link reads of: relay's own log, with every limit as it is by default. */
export const RELAY_LOG = "/example/relay";
export const CALLERS_INPUT = { logs: [{ group: RELAY_LOG, readers: [{ reader: "relay" }] }] };
/** As infra/auth-failures.ts names the filters. */
export const FILTER = "warrener-prod-read-auth-failures";
export const ACCOUNT = "111122223333";
