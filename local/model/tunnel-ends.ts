/** Both ends of a link's tunnels in memory. A tunnel is as its test says, and mends by the repair that its test says. */
import { randomUUID } from "node:crypto";
import * as z from "zod";
import { createHand, type Hand } from "../../shared/azure-api/client.ts";
import {
  CONTRACT_VERSION,
  type Endpoint,
  endpoints,
  type RefusalReason,
} from "../../shared/azure-api/contract.ts";
import { keepFreeze } from "../../shared/freeze/hand.ts";
import { carryOut } from "../../shared/notes/carry-out.ts";
import { collectNotes, forgetNotes } from "../../shared/notes/hand.ts";
import type { Rows } from "../../shared/rows/rows.ts";
import type { Clock } from "../../shared/runtime/instant.ts";
import { createLog } from "../../shared/runtime/log.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import type { AwsTunnels } from "../../shared/tunnels/aws-tunnels.ts";
import type { AzureEnd, DesiredTunnel, Maintenance, RepairKind } from "../../shared/tunnels/schema.ts";
import type { CallName, Calls } from "./calls.ts";

export interface ModelTunnel {
  aws: "up" | "down";
  ipsec: "up" | "down";
  azure: AzureEnd["status"];
  outsideIp: string;
  /** The repair that helps; null when none does. */
  mendedBy: RepairKind | null;
  maintenance: Maintenance;
}

export const healthy = (outsideIp: string): ModelTunnel => ({
  aws: "up",
  ipsec: "up",
  azure: "connected",
  outsideIp,
  mendedBy: null,
  maintenance: { pending: false, autoAppliedAt: null },
});

export function tunnelOf(tunnels: ReadonlyMap<string, ModelTunnel>, name: string): ModelTunnel {
  const tunnel = tunnels.get(name);
  if (tunnel === undefined) throw new Error(`there is no tunnel ${name}`);
  return tunnel;
}

export interface Ends {
  readonly calls: Calls;
  readonly tunnels: ReadonlyMap<string, ModelTunnel>;
  readonly desired: readonly DesiredTunnel[];
  readonly states: ReadonlyMap<string, string>;
  readonly repairs: string[];
  readonly hand: { refuses: RefusalReason | null };
  /** The hand's own table. */
  readonly rows: Rows;
  readonly clock: Clock;
}

function mend({ tunnels, repairs }: Ends, name: string, kind: RepairKind): void {
  repairs.push(`${kind} ${name}`);
  const tunnel = tunnelOf(tunnels, name);
  if (tunnel.mendedBy === kind) Object.assign(tunnel, { aws: "up", ipsec: "up", azure: "connected" });
}

export function modelAws(world: Ends): AwsTunnels {
  const { calls, tunnels, desired, states } = world;
  return {
    describe: (ids) =>
      calls.perform("tunnels.describe", ids.join(), () => {
        const connectionOf = (id: string) => ({
          state: states.get(id) ?? "available",
          telemetry: new Map(
            desired
              .filter(({ vpnConnectionId }) => vpnConnectionId === id)
              .map(({ name }) => tunnelOf(tunnels, name))
              .map(({ aws: status, outsideIp }) => [
                outsideIp,
                { status, acceptedRoutes: status === "up" ? 2 : 0, changedAt: null },
              ]),
          ),
        });
        return new Map(ids.map((id) => [id, connectionOf(id)]));
      }),
    activeStatus: ({ name }) =>
      calls.perform("tunnels.active-status", name, () => ({
        ipsec: tunnelOf(tunnels, name).ipsec,
        provisioning: "available" as const,
      })),
    maintenance: ({ name }) =>
      calls.perform("tunnels.maintenance", name, () => tunnelOf(tunnels, name).maintenance),
    replace: ({ name, vpnConnectionId }) =>
      calls.perform("tunnels.replace", name, () => {
        if (states.get(vpnConnectionId) === "modifying") return { refused: "IncorrectState" };
        mend(world, name, "replace-aws");
        return "begun" as const;
      }),
  };
}

/** The real client, and the hand's own verbs for all but the tunnels. */
export function modelHand(world: Ends): Hand {
  const { calls, tunnels, hand, rows, clock } = world;
  const random = () => randomUUID().slice(0, 8);
  const keeper = { rows, clock, log: createLog(() => {}), random };
  const reset = (name: string) => {
    if (hand.refuses !== null) return { outcome: "refused", reason: hand.refuses, detail: "" };
    mend(world, name, "reset-azure");
    return { outcome: "resetting" };
  };
  const answers: readonly [Endpoint, CallName, (body: unknown) => Promise<unknown>][] = [
    [
      "tunnels.observe",
      "hand.tunnels-observe",
      async (body) => ({
        outcome: "observed",
        tunnels: endpoints["tunnels.observe"].body
          .parse(body)
          .names.map((name) => ({ name, end: azureEnd(tunnelOf(tunnels, name)) })),
      }),
    ],
    [
      "tunnels.reset",
      "hand.tunnels-reset",
      (body) => {
        const { name } = endpoints["tunnels.reset"].body.parse(body);
        const wanted = { act: "tunnels.reset", target: name, function: "invocation" } as const;
        return carryOut(keeper, wanted, async () => reset(name));
      },
    ],
    [
      "control.freeze",
      "hand.freeze",
      (body) => keepFreeze(keeper, endpoints["control.freeze"].body.parse(body)),
    ],
    [
      "notes.collect",
      "hand.collect",
      (body) => collectNotes(keeper, endpoints["notes.collect"].body.parse(body)),
    ],
    [
      "notes.forget",
      "hand.forget",
      (body) => forgetNotes(keeper, endpoints["notes.forget"].body.parse(body)),
    ],
  ];
  const answer = async (url: string, body: unknown) => {
    const found = answers.find(([endpoint]) => url.endsWith(endpoints[endpoint].path));
    if (found === undefined) throw new Error(`the model's hand has no ${url}`);
    const [, call, verb] = found;
    return await calls.perform(call, nameOf(body), () => verb(body));
  };
  return createHand({
    url: "https://hand.example/api",
    link: LINK_DIGEST,
    token: async () => new Secret("a.b.c"),
    fetch: async (url, init) => {
      const { body } = JSON.parse(String(init?.body));
      const outcome = await answer(String(url), body);
      return new Response(JSON.stringify({ contract: CONTRACT_VERSION, link: LINK_DIGEST, outcome }));
    },
  });
}
const LINK_DIGEST = "a".repeat(64);

const nameOf = (body: unknown): string => z.object({ name: z.string() }).safeParse(body).data?.name ?? "";

const azureEnd = ({ azure: status, outsideIp }: ModelTunnel): AzureEnd => ({
  outsideIp,
  status,
  provisioning: "succeeded",
  bgp: true,
  ingressBytes: 0,
  egressBytes: 0,
});
