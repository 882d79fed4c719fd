/**
 * EC2, as far as its VPN connections and security groups go (those: security-groups/): looks at the world of tunnels,
 * and changes one tunnel at a time. Every call that changes something is told by CloudTrail, whoever made it.
 */

import type { Faults } from "../../stand-in/faults.ts";
import { Refusal } from "../../stand-in/operations.ts";
import type { Connection } from "../../vpn/connection.ts";
import type { Tunnel } from "../../vpn/tunnel.ts";
import type { VpnWorld } from "../../vpn/world.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";
import type { Identity } from "../identities.ts";
import type { AwsRequest, AwsService, Need, Prepare } from "../service.ts";
import { activeStatusXml, connectionXml, type Place, replacementStatusXml } from "./answers.ts";
import { type ChangingCall, cloudTrailEvent } from "./cloud-trail.ts";
import { matcherOf } from "./filters.ts";
import { DescribeInput, ModifyInput, parseEc2, ReplaceInput, TunnelInput } from "./inputs.ts";
import { ec2Operations } from "./operations.ts";
import { connectionNeed, describeNeed } from "./permissions.ts";
import { connectionBusy, connectionNotFound, dryRun, invalidValue, malformedId } from "./refusals.ts";
import { securityGroupService } from "./security-groups/operations.ts";
import type { SecurityGroupWorld } from "./security-groups/world.ts";
import { checkChange, settingsAfter } from "./tunnel-options.ts";
import { ec2Wire, type Xml } from "./wire.ts";

export interface Ec2Options extends Place {
  readonly world: VpnWorld;
  readonly faults?: Pick<Faults, "chance">;
  /** Without it there are no operations on security groups. */
  readonly securityGroups?: SecurityGroupWorld;
  /** Keeps the keys of a connection whose storage is Secrets Manager, whenever one was changed. */
  readonly keepKeys?: (connection: Connection) => void;
  /** Tells an event on the default bus, best effort. */
  readonly tell?: (event: ServiceEvent) => void;
}

/** The generic code, in the place of the one of VPN connections. */
const GENERIC_PROBABILITY = 0.3;

interface Found {
  readonly connection: Connection;
  readonly tunnel: Tunnel;
}

export class Ec2 {
  readonly service: AwsService;
  readonly #options: Ec2Options;

  constructor(options: Ec2Options) {
    this.#options = options;
    const { securityGroups } = options;
    this.service = {
      name: "ec2",
      wire: ec2Wire,
      table: ec2Operations,
      operations: {
        DescribeVpnConnections: this.#describe,
        GetActiveVpnTunnelStatus: this.#look("GetActiveVpnTunnelStatus", ({ tunnel }) => ({
          activeVpnTunnelStatus: activeStatusXml(tunnel),
        })),
        GetVpnTunnelReplacementStatus: this.#look("GetVpnTunnelReplacementStatus", (found) =>
          replacementStatusXml(found.connection, found.tunnel),
        ),
        ReplaceVpnTunnel: this.#replace,
        ModifyVpnTunnelOptions: this.#modify,
        ...(securityGroups === undefined ? {} : securityGroupService(securityGroups)),
      },
    };
  }

  readonly #describe: Prepare = (input, caller) => {
    const { VpnConnectionId: ids = [], Filter = [], DryRun } = parseEc2(DescribeInput, input);
    for (const id of ids) checkId(id);
    const matches = matcherOf(Filter);
    return {
      needs: [describeNeed(this.#options, caller)],
      answer: () => {
        if (DryRun === true) throw dryRun();
        const named = ids.map((id) => this.#connection(id));
        const chosen = (ids.length === 0 ? this.#options.world.connections() : named).filter(matches);
        return { vpnConnectionSet: chosen.map((connection) => connectionXml(connection, this.#options)) };
      },
    };
  };

  #look(operation: string, show: (found: Found) => Xml): Prepare {
    return (input, caller) => {
      const request = parseEc2(TunnelInput, input);
      return {
        needs: [this.#need(operation, request, caller)],
        answer: () => {
          if (request.DryRun === true) throw dryRun();
          return show(this.#find(request));
        },
      };
    };
  }

  readonly #replace: Prepare = (input, caller, request) => {
    const wanted = parseEc2(ReplaceInput, input);
    return {
      needs: [this.#need("ReplaceVpnTunnel", wanted, caller)],
      answer: () =>
        this.#recorded({ eventName: "ReplaceVpnTunnel", caller, request, wanted }, () => {
          const { connection, tunnel } = this.#find(wanted);
          const maintenance = wanted.ApplyPendingMaintenance === true;
          if (!this.#options.world.replaceEndpoint(tunnel, { maintenance })) throw this.#busy(connection);
          return { return: true };
        }),
    };
  };

  readonly #modify: Prepare = (input, caller, request) => {
    const wanted = parseEc2(ModifyInput, input);
    checkChange(wanted);
    return {
      needs: [this.#need("ModifyVpnTunnelOptions", wanted, caller)],
      answer: () =>
        this.#recorded({ eventName: "ModifyVpnTunnelOptions", caller, request, wanted }, () => {
          const found = this.#find(wanted);
          this.#change(found, wanted);
          return { vpnConnection: connectionXml(found.connection, this.#options) };
        }),
    };
  };

  #change({ connection, tunnel }: Found, wanted: ModifyInput): void {
    const { world } = this.#options;
    const { TunnelOptions: options = {} } = wanted;
    if (connection.working !== undefined || connection.state !== "available") throw this.#busy(connection);
    const settings = settingsAfter(world, tunnel, options);
    const change = () => {
      tunnel.aws.settings = settings;
      tunnel.aws.preSharedKey = options.PreSharedKey ?? tunnel.aws.preSharedKey;
      connection.keyStorage = wanted.PreSharedKeyStorage ?? connection.keyStorage;
      this.#options.keepKeys?.(connection);
    };
    if (wanted.SkipTunnelReplacement === true) change();
    else world.replaceEndpoint(tunnel, { change, maintenance: false });
  }

  #busy({ vpnConnectionId, state, working }: Connection): Refusal {
    const shown = working === undefined ? state : "modifying";
    const isGeneric = this.#options.faults?.chance("ec2:busy as IncorrectState", GENERIC_PROBABILITY);
    return connectionBusy(vpnConnectionId, shown, isGeneric === true);
  }

  #recorded<T>(call: CallToRecord, act: () => T): T {
    if (call.wanted.DryRun === true) throw this.#record(call, dryRun());
    try {
      const answered = act();
      this.#record(call, undefined);
      return answered;
    } catch (error) {
      throw error instanceof Refusal ? this.#record(call, error) : error;
    }
  }

  #record<R extends Refusal | undefined>(
    { eventName, caller, request, wanted: { DryRun: _, ...parameters } }: CallToRecord,
    refused: R,
  ): R {
    const { region, accountId, world, tell } = this.#options;
    const { sessionArn, roleArn } = caller;
    const actor = { sessionArn, roleArn, userAgent: request.headers["user-agent"] ?? "unknown" };
    tell?.(cloudTrailEvent({ eventName, actor, parameters, refused, region, accountId, at: world.now() }));
    return refused;
  }

  #need(operation: string, { VpnConnectionId: id }: TunnelInput, caller: Identity): Need {
    checkId(id);
    const tags = this.#options.world.connection(id)?.tags ?? {};
    return connectionNeed(operation, { id, tags }, this.#options, caller);
  }

  #find({ VpnConnectionId: id, VpnTunnelOutsideIpAddress: outsideIp }: TunnelInput): Found {
    const connection = this.#connection(id);
    const tunnel = connection.tunnels.find((one) => one.outsideIp === outsideIp);
    if (tunnel === undefined) {
      throw invalidValue("VpnTunnelOutsideIpAddress", outsideIp, `It is not an address of ${id}.`);
    }
    return { connection, tunnel };
  }

  #connection(id: string): Connection {
    const connection = this.#options.world.connection(id);
    if (connection === undefined) throw connectionNotFound(id);
    return connection;
  }
}

interface CallToRecord {
  readonly eventName: ChangingCall;
  readonly caller: Identity;
  readonly request: AwsRequest;
  readonly wanted: TunnelInput;
}

function checkId(id: string): void {
  if (!/^vpn-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) throw malformedId(id);
}
