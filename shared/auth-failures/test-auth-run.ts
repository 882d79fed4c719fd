/** A link whose relay's log is read, over a table, a bus and incidents in memory, for tests of whole runs. */
import { gzipSync } from "node:zlib";
import { createAlertsModel } from "../../local/model/alerts.ts";
import { START } from "../../local/model/brain.ts";
import { adoptedVpn, linkWith } from "../../local/testing/links.ts";
import type { Report } from "../alerts/plan.ts";
import { type Freeze, NEVER_FROZEN } from "../freeze/schema.ts";
import type { HistoryQuery } from "../journal/audit.ts";
import type { ChangeRecord } from "../journal/change.ts";
import type { KeptKey } from "../keys/api-keys-standing.ts";
import { parseLink } from "../link/load.ts";
import { CloudError } from "../runtime/errors.ts";
import { createLog } from "../runtime/log.ts";
import type { WakeTarget } from "./cause.ts";
import { authFailuresOf } from "./desired.ts";
import { type AuthMemory, NO_MEMORY } from "./memory.ts";
import { keepKnown, observeRun } from "./observe.ts";
import { type AuthBrain, runOnEvent } from "./run-on-event.ts";

export const GROUP = "/example/relay";
export const TUNNEL_GROUP = "/example/tunnels";
export const FILTER = "warrener-test-read-auth-failures";
export const ACCOUNT = "123456789012";

export const authFailures = {
  logs: [
    { group: GROUP, readers: [{ reader: "relay" }] },
    { group: TUNNEL_GROUP, readers: [{ reader: "ike" }] },
  ],
  window: "100 seconds",
  flood: 20,
  scan: 12,
  unread: 5,
  quiet: "5 minutes",
};

export const away = (operation: string, code = "unreachable"): CloudError =>
  new CloudError({ provider: "aws", operation, target: "t", code, retryable: true });

export function openAuth(changes: Readonly<Record<string, unknown>> = {}) {
  const link = parseLink(linkWith({ authFailures, vpn: adoptedVpn, ...changes }));
  const desired = authFailuresOf(link);
  if (desired === null) throw new Error("the link of the test reads no logs");
  const alerts = createAlertsModel();
  const calls: string[] = [];
  const records: Record<string, unknown>[] = [];
  const reports: Report[] = [];
  const wakes: WakeTarget[][] = [];
  const pauses: number[] = [];
  const history: ChangeRecord[] = [];
  const kept = new Map<string, KeptKey>();
  const state: {
    memory: AuthMemory;
    freeze: Freeze;
    /** Other runs that write between a read and a write of this one. */
    races: ((memory: AuthMemory) => AuthMemory)[];
    failing: string | null;
    wakeCode: string | null;
    isLost: boolean;
    /** What happens right after each read. */
    meanwhile: (() => Promise<void>)[];
  } = {
    memory: NO_MEMORY,
    freeze: NEVER_FROZEN,
    races: [],
    failing: null,
    wakeCode: null,
    isLost: false,
    meanwhile: [],
  };
  const call = (name: string) => {
    calls.push(name);
    if (state.failing === name) throw away(name);
  };
  const clock = alerts.clock.now;
  const sources = {
    desired,
    tunnels: [{ name: "one-a", outsideIp: "198.51.100.10" }],
    audit: {
      history: async ({ target, kinds, limit }: HistoryQuery) => {
        call(`history ${target ?? "all"}`);
        const changes = history
          .filter((change) => target === null || change.target === target)
          .filter((change) => kinds === undefined || kinds.includes(change.kind));
        return { changes: changes.toReversed().slice(0, limit), cut: false };
      },
    },
    keptKeys: async () => {
      call("kept-keys");
      return kept;
    },
    freezes: {
      read: async () => {
        call("freeze");
        return state.freeze;
      },
    },
  };
  const brain = (): AuthBrain => ({
    link,
    desired,
    account: ACCOUNT,
    filter: FILTER,
    memory: {
      read: async () => {
        call("read");
        const read = { memory: structuredClone(state.memory), isLost: state.isLost };
        await state.meanwhile.shift()?.();
        return read;
      },
      write: async (memory) => {
        call("write");
        const race = state.races.shift();
        if (race !== undefined) state.memory = { ...race(state.memory), version: state.memory.version + 1 };
        if (memory.version !== state.memory.version) return null;
        state.memory = { ...structuredClone(memory), version: memory.version + 1 };
        state.isLost = false;
        return state.memory;
      },
    },
    waker: {
      wake: async (targets) => {
        wakes.push([...targets]);
        return state.wakeCode;
      },
    },
    observed: observeRun(sources, keepKnown(sources, clock)),
    tell: async (report) => {
      call("tell");
      reports.push(report);
      return await alerts.report(report);
    },
    log: createLog((level, record) => records.push({ level, ...record })),
    clock,
    pause: async (ms) => {
      pauses.push(ms);
    },
    random: () => 0.5,
  });
  return {
    link,
    state,
    calls,
    records,
    reports,
    wakes,
    pauses,
    history,
    kept,
    now: clock,
    pass: (seconds: number) => alerts.clock.advance(seconds),
    /** Keys of the incidents that are open. */
    open: () =>
      [...alerts.store.standing.values()].filter(({ state: is }) => is === "open").map(({ key }) => key),
    incident: (key: string) => alerts.store.standing.get(key),
    run: (event: unknown) => runOnEvent(brain(), event),
  };
}
export type OpenAuth = ReturnType<typeof openAuth>;

export interface Written {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
}

let ids = 0;
/** One line of a log, as CloudWatch hands it over. */
export function written(message: object | string, at = START): Written {
  ids += 1;
  const text = typeof message === "string" ? message : JSON.stringify(message);
  return { id: String(ids).padStart(56, "0"), timestamp: at * 1_000 + 123, message: text };
}

/** relay's line of a refused caller. */
export const refusal = (reason: string, fields: object = {}) => ({
  time: "2026-11-21T08:02:04.501Z",
  level: "warn",
  event: "client.refused",
  replica: "relay-7d9f-x2k",
  reason,
  ...fields,
});

/** relay's line of a caller that was let in. */
export const acceptance = (fields: object = {}) => ({
  time: "2026-11-21T08:02:04.501Z",
  level: "info",
  event: "client.accepted",
  replica: "relay-7d9f-x2k",
  identity: "bunny.example.com",
  clientCertificateSerial: "a1",
  clientAddress: "10.10.1.7",
  ...fields,
});

export const pack = (value: unknown): { readonly awslogs: { readonly data: string } } => ({
  awslogs: { data: gzipSync(JSON.stringify(value)).toString("base64") },
});

export const batchOf = (logEvents: readonly Written[], changes: object = {}) =>
  pack({
    messageType: "DATA_MESSAGE",
    owner: ACCOUNT,
    logGroup: GROUP,
    logStream: "relay-7d9f-x2k",
    subscriptionFilters: [FILTER],
    logEvents,
    ...changes,
  });

/** So many failures of one stranger. */
export const knocking = (count: number, clientAddress = "203.0.113.9", at = START): Written[] =>
  Array.from({ length: count }, () => written(refusal("no-certificate", { clientAddress }), at));
