/**
 * The tunnels of a link in one process: the real loop and the real incidents over models of AWS's and Azure's ends, the
 * memory and the lease.
 */
import { reportConditions } from "../../shared/alerts/report-conditions.ts";
import { parseLink } from "../../shared/link/load.ts";
import type { LinkInput } from "../../shared/link/schema.ts";
import { sweepHand } from "../../shared/reconcile/sweep-hand.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { desiredTunnels } from "../../shared/tunnels/desired.ts";
import { consoleLinks } from "../../shared/tunnels/links.ts";
import type { Watcher } from "../../shared/tunnels/plan-watch.ts";
import type { WatchReport } from "../../shared/tunnels/report.ts";
import { type DesiredTunnel, type Memory, NO_MEMORY } from "../../shared/tunnels/schema.ts";
import { watchTunnels } from "../../shared/tunnels/watch.ts";
import { adoptedVpn, linkWith } from "../testing/links.ts";
import { type AlertsModel, createAlertsModel } from "./alerts.ts";
import { type ModelAudit, modelAudit } from "./audit.ts";
import { type ModelFreeze, modelFreeze } from "./freeze.ts";
import { type ModelRows, modelRows } from "./rows.ts";
import { healthy, type ModelTunnel, modelAws, tunnelOf } from "./tunnel-ends.ts";
import { modelHand } from "./tunnel-hand.ts";
import { type ModelLease, type ModelMemory, modelLease, modelMemory } from "./tunnel-memory.ts";

export type VpnInput = Partial<NonNullable<LinkInput["vpn"]>>;

export interface TunnelsModel extends AlertsModel {
  readonly tunnels: ReadonlyMap<string, ModelTunnel>;
  readonly desired: readonly DesiredTunnel[];
  readonly memory: ModelMemory;
  readonly freeze: ModelFreeze;
  readonly audit: ModelAudit;
  /** The hand's own table. */
  readonly rows: ModelRows;
  readonly lease: ModelLease;
  /** `<kind> <tunnel>` of each repair that a cloud has begun, in order. */
  readonly repairs: readonly string[];
  /** `modifying` while AWS works on a connection. */
  readonly states: Map<string, string>;
  tunnel(name: string): ModelTunnel;
  cut(...names: string[]): void;
  restore(...names: string[]): void;
  /** Somebody who holds the lease writes down what is worked on; null once it is over. */
  work(work: Memory["work"]): void;
  /** What one invocation is given. */
  watcher(): Watcher;
  watch(changes?: Partial<Watcher>): Promise<WatchReport>;
  /** A sweep each minute. */
  watchFor(minutes: number): Promise<void>;
}

export function createTunnelsModel(vpnInput: VpnInput = {}): TunnelsModel {
  const alerts = createAlertsModel();
  const { calls, clock } = alerts;
  const link = parseLink(linkWith({ vpn: { ...adoptedVpn, ...vpnInput } }));
  if (link.vpn === undefined) throw new ConfigError("the link has no vpn");
  const { vpn } = link;
  const addresses = vpn.connections.flatMap(({ aws, tunnels }) =>
    tunnels.map(({ name, outsideIp = "" }) => [
      name,
      { vpnConnectionId: "adopt" in aws ? aws.adopt : "vpn-0", outsideIp },
    ]),
  );
  const desired = desiredTunnels(vpn, Object.fromEntries(addresses));
  const tunnels = new Map(desired.map(({ name, outsideIp }) => [name, healthy(outsideIp)]));
  const memory = { stands: NO_MEMORY, isUnreadable: false };
  const freeze = modelFreeze(calls);
  const audit = modelAudit(calls, clock);
  const rows = modelRows();
  const lease = { until: 0, fence: 0, holder: "" };
  const repairs: string[] = [];
  const states = new Map<string, string>();
  const world = { calls, tunnels, desired, states, repairs, rows, clock: clock.now };
  const places = { region: link.aws.region, desired, alarmPrefix: "warrener-test-" };
  const watcher = {
    vpn,
    desired,
    aws: modelAws(world),
    hand: modelHand(world),
    store: modelMemory(calls, memory, freeze),
    lease: modelLease(calls, lease, clock.now),
    holder: "run",
    linksTo: consoleLinks(places),
    tell: (report: Parameters<typeof alerts.report>[0]) => reportConditions(alerts.alerts, report),
    log: alerts.alerts.log,
    clock: clock.now,
  };
  const invoked = (): Watcher => {
    const endsAtMs = clock.nowMs() + TIME_LIMIT_MS;
    const remainingMs = () => endsAtMs - clock.nowMs();
    const sweeper = { ...watcher, freezes: freeze, audit, link };
    const sweep: Watcher["sweep"] = (word, sweepMs) => sweepHand({ ...sweeper, remainingMs: sweepMs }, word);
    return { ...watcher, remainingMs, sweep };
  };
  const watch = (changes: Partial<Watcher> = {}) =>
    watchTunnels({ ...invoked(), ...changes }, { askMaintenance: false });
  const each = (names: readonly string[], state: Partial<ModelTunnel>) => {
    for (const name of names) Object.assign(tunnelOf(tunnels, name), state);
  };
  return {
    ...alerts,
    tunnels,
    desired,
    memory,
    freeze,
    audit,
    rows,
    lease,
    repairs,
    states,
    tunnel: (name) => tunnelOf(tunnels, name),
    watcher: invoked,
    cut: (...names) => each(names, { aws: "down", ipsec: "down", azure: "not-connected" }),
    restore: (...names) => each(names, { aws: "up", ipsec: "up", azure: "connected" }),
    work(work) {
      const { version } = memory.stands;
      memory.stands = { ...memory.stands, work, version: version + 1 };
    },
    watch,
    async watchFor(minutes) {
      for (let minute = 0; minute < minutes; minute += 1) {
        await watch();
        await alerts.tell();
        clock.advance(60);
      }
    },
  };
}

/** As deployed. */
const TIME_LIMIT_MS = 120_000;
