/**
 * The world of tunnels: what both clouds' stand-ins look at and work on, and what a person does to it. A tunnel is
 * up only while nothing is in its way; each cloud sees that in its own time.
 */
import type { Timers } from "../aws/timers.ts";
import type { ChangeListener, TunnelChange } from "./changes.ts";
import { type Connection, type NewConnection, openConnection } from "./connection.ts";
import { Deadlines } from "./deadlines.ts";
import { type Durations, realDurations } from "./durations.ts";
import { Handshakes } from "./handshakes.ts";
import { azureOf, connectionOf, refuseTwins } from "./sound.ts";
import { canBeUp, type Hung, type Instant, type Tunnel } from "./tunnel.ts";
import { Views } from "./views.ts";

export interface VpnWorldOptions {
  readonly timers: Timers;
  readonly durations?: Durations;
  /** In [0, 1): how long the next replacement takes, between its least and its most. Left out, it is the least. */
  readonly draw?: () => number;
  readonly connections: readonly NewConnection[];
}

export class VpnWorld {
  readonly #timers: Timers;
  readonly #durations: Durations;
  readonly #draw: () => number;
  readonly #deadlines: Deadlines;
  readonly #views: Views;
  readonly #handshakes: Handshakes;
  readonly #connections: readonly Connection[];
  readonly #listeners = new Set<ChangeListener>();

  constructor({ timers, durations = realDurations, draw = () => 0, connections }: VpnWorldOptions) {
    this.#timers = timers;
    this.#durations = durations;
    this.#draw = draw;
    this.#deadlines = new Deadlines(timers);
    const deadlines = this.#deadlines;
    const tell = this.#tell.bind(this);
    this.#views = new Views({ durations, deadlines, now: timers.now, tell });
    this.#handshakes = new Handshakes({ durations, deadlines, tell });
    this.#connections = connections.map((wanted) => openConnection(wanted, timers.now()));
    refuseTwins(this.tunnels());
    for (const tunnel of this.tunnels()) this.#handshakes.follow(tunnel);
  }

  now(): Instant {
    return this.#timers.now();
  }

  connections(): readonly Connection[] {
    return this.#connections;
  }

  connection(vpnConnectionId: string): Connection | undefined {
    return this.#connections.find((one) => one.vpnConnectionId === vpnConnectionId);
  }

  tunnels(): readonly Tunnel[] {
    return this.#connections.flatMap(({ tunnels }) => tunnels);
  }

  /** By the link's name. Throws for an unknown one: a person's mistake, not a refusal. */
  tunnel(name: string): Tunnel {
    const found = this.tunnels().find((tunnel) => tunnel.name === name);
    if (found !== undefined) return found;
    const names = this.tunnels().map((tunnel) => tunnel.name);
    throw new Error(`there is no tunnel ${name}; there are ${names.join(", ") || "none"}`);
  }

  /** The answer takes the listener away again. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Somebody takes the wire away; AWS notices when the peer is silent for too long. */
  cut(name: string): void {
    const tunnel = this.tunnel(name);
    tunnel.cut = true;
    this.#settle(tunnel, this.#durations.deadPeerMs);
  }

  /** Ends a cut, and a BGP that does not come up; what hangs goes on hanging. */
  restore(name: string): void {
    const tunnel = this.tunnel(name);
    tunnel.cut = false;
    tunnel.bgpBroken = false;
    this.#settle(tunnel, 0);
  }

  /** The tunnel goes down and does not come up by itself, though nothing is cut. */
  hang(name: string, where: Hung = "either"): void {
    const tunnel = this.tunnel(name);
    tunnel.hung = where;
    this.#settle(tunnel, this.#durations.deadPeerMs);
  }

  /** IPsec stays up, the BGP session does not; `restore` mends it. */
  breakBgp(name: string): void {
    const tunnel = this.tunnel(name);
    tunnel.bgpBroken = true;
    this.#settle(tunnel, 0);
  }

  setAzureKey(name: string, preSharedKey: string): void {
    const tunnel = this.tunnel(name);
    azureOf(tunnel).preSharedKey = preSharedKey;
    this.#settle(tunnel, this.#durations.deadPeerMs);
  }

  /** AWS says nothing of it in its telemetry, until it is to be shown again; how the tunnel is does not change. */
  hideTelemetry(name: string, hidden = true): void {
    this.tunnel(name).aws.telemetryHidden = hidden;
  }

  /** Azure's gateway shows `Unknown` for it, as late as anything else, until it is to speak again. */
  silenceAzure(name: string, silent = true): void {
    const tunnel = this.tunnel(name);
    azureOf(tunnel).silent = silent;
    this.#views.showAzure(tunnel);
  }

  /** AWS says that it will replace the endpoint, and does so at that time unless somebody did before. */
  announceMaintenance(name: string, autoAppliedAt: Instant): void {
    const tunnel = this.tunnel(name);
    if (!tunnel.aws.settings.enableTunnelLifecycleControl) {
      throw new Error(`${name} has no lifecycle control: its maintenance is not announced, only done`);
    }
    tunnel.aws.pendingMaintenance = { autoAppliedAt };
    this.#applyWhenDue(tunnel, autoAppliedAt);
    this.#tell("maintenance-announced", tunnel);
  }

  /** Changes what `change` changes at AWS, and puts a new endpoint in place; false when AWS is at work there already. */
  replaceEndpoint(
    tunnel: Tunnel,
    options: { readonly change?: () => void; readonly maintenance: boolean },
  ): boolean {
    const connection = connectionOf(this, tunnel);
    if (connection.working !== undefined || connection.state !== "available") return false;
    connection.working = tunnel.outsideIp;
    this.#deadlines.set(`${tunnel.vpnConnectionId} state`, this.#durations.modifyingLagMs, () => {
      connection.state = "modifying";
    });
    options.change?.();
    tunnel.aws.endpoint = "replacing";
    this.#settle(tunnel, 0);
    const { replacementMs, replacementMaxMs } = this.#durations;
    const takesMs = replacementMs + this.#draw() * (replacementMaxMs - replacementMs);
    this.#deadlines.set(`${tunnel.outsideIp} replacement`, takesMs, () =>
      this.#replaced(connection, tunnel, options.maintenance),
    );
    return true;
  }

  /** Azure begins the tunnel anew; a reset that fails (`heals` false) takes it down and mends nothing. */
  reset(tunnel: Tunnel, heals: boolean, done: () => void): void {
    const azure = azureOf(tunnel);
    azure.resetting = true;
    this.#settle(tunnel, 0);
    this.#deadlines.set(`${tunnel.outsideIp} reset`, this.#durations.resetMs, () => {
      azure.resetting = false;
      if (heals && tunnel.hung !== "aws") tunnel.hung = undefined;
      this.#settle(tunnel, 0);
      done();
    });
  }

  /** Azure takes its time to give its end another key; null: it says that it has, and has not. */
  changeAzureKey(tunnel: Tunnel, preSharedKey: string | null, done: () => void): void {
    const azure = azureOf(tunnel);
    azure.rekeying = true;
    this.#deadlines.set(`${tunnel.outsideIp} key`, this.#durations.keyChangeMs, () => {
      azure.rekeying = false;
      if (preSharedKey !== null) azure.preSharedKey = preSharedKey;
      this.#settle(tunnel, this.#durations.deadPeerMs);
      done();
    });
  }

  /** Gone at AWS; nothing brings it back. */
  deleteConnection(connection: Connection): void {
    connection.state = "deleted";
    connection.working = undefined;
    this.#deadlines.clear(`${connection.vpnConnectionId} state`);
    for (const tunnel of connection.tunnels) {
      for (const what of ["replacement", "maintenance"]) this.#deadlines.clear(`${tunnel.outsideIp} ${what}`);
      tunnel.aws.endpoint = "deleted";
      this.#settle(tunnel, 0);
      this.#tell("connection-deleted", tunnel);
    }
  }

  stop(): void {
    this.#deadlines.clearAll();
  }

  #replaced(connection: Connection, tunnel: Tunnel, maintenance: boolean): void {
    this.#deadlines.clear(`${tunnel.vpnConnectionId} state`);
    connection.working = undefined;
    connection.state = "available";
    tunnel.aws.endpoint = "in-service";
    if (tunnel.hung !== "azure") tunnel.hung = undefined;
    if (maintenance) {
      tunnel.aws.pendingMaintenance = undefined;
      tunnel.aws.lastMaintenanceAt = this.now();
      this.#deadlines.clear(`${tunnel.outsideIp} maintenance`);
    }
    this.#settle(tunnel, 0);
    this.#tell("endpoint-replaced", tunnel);
  }

  #applyWhenDue(tunnel: Tunnel, dueAt: Instant): void {
    this.#deadlines.set(`${tunnel.outsideIp} maintenance`, Math.max(0, dueAt - this.now()), () => {
      if (this.replaceEndpoint(tunnel, { maintenance: true })) return;
      this.#applyWhenDue(tunnel, this.now() + this.#durations.replacementMs);
    });
  }

  /** Lets the truth follow what is in the way, and each cloud see it: AWS after the delay when it went down. */
  #settle(tunnel: Tunnel, downSeenAfterMs: number): void {
    const negotiation = `${tunnel.outsideIp} negotiation`;
    if (!canBeUp(tunnel)) {
      this.#deadlines.clear(negotiation);
      this.#goDown(tunnel);
      this.#views.showAws(tunnel, downSeenAfterMs);
    } else if (tunnel.upSince !== undefined) {
      this.#views.showAws(tunnel, 0);
    } else if (!this.#deadlines.isSet(negotiation)) {
      this.#deadlines.set(negotiation, this.#durations.negotiationMs, () => {
        tunnel.upSince = this.now();
        this.#settle(tunnel, 0);
      });
    }
    this.#views.showAzure(tunnel);
    this.#handshakes.follow(tunnel);
  }

  #goDown(tunnel: Tunnel): void {
    if (tunnel.upSince === undefined) return;
    tunnel.upBeforeMs += this.now() - tunnel.upSince;
    tunnel.upSince = undefined;
  }

  #tell(kind: TunnelChange["kind"], tunnel: Tunnel): void {
    for (const listener of this.#listeners) listener({ kind, tunnel, at: this.now() });
  }
}
