/** The hand of a link's tunnels in one process: the real client and the hand's own verbs over the Azure ends in memory. */
import { randomUUID } from "node:crypto";
import * as z from "zod";
import { createHand, type Hand } from "../../shared/azure-api/client.ts";
import { CONTRACT_VERSION, type Endpoint, endpoints } from "../../shared/azure-api/contract.ts";
import { keepFreeze } from "../../shared/freeze/hand.ts";
import { carryOut } from "../../shared/notes/carry-out.ts";
import { collectNotes, forgetNotes } from "../../shared/notes/hand.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import { createLog } from "../../shared/runtime/log.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import type { Connections } from "../../shared/tunnels/connections.ts";
import { observeTunnelEnds, resetTunnel } from "../../shared/tunnels/hand.ts";
import type { AzureEnd } from "../../shared/tunnels/schema.ts";
import type { CallName } from "./calls.ts";
import { type Ends, type ModelTunnel, mend, tunnelOf } from "./tunnel-ends.ts";

type Verb = (body: unknown) => Promise<unknown>;

export function modelHand(world: Ends): Hand {
  const verbs = verbsOf(world);
  const answer = async (url: string, body: unknown) => {
    const found = verbs.find(([endpoint]) => url.endsWith(endpoints[endpoint].path));
    if (found === undefined) throw new Error(`the model's hand has no ${url}`);
    const [, call, verb] = found;
    return await world.calls.perform(call, nameOf(body), () => verb(body));
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

function verbsOf(world: Ends): readonly (readonly [Endpoint, CallName, Verb])[] {
  const { rows, clock, desired } = world;
  const keeper = { rows, clock, log: createLog(() => {}), random: () => randomUUID().slice(0, 8) };
  const places = new Map(desired.map(({ name }) => [name, name]));
  const hand = { places, connections: connectionsOf(world), rows };
  return [
    [
      "tunnels.observe",
      "hand.tunnels-observe",
      (body) => observeTunnelEnds(hand, endpoints["tunnels.observe"].body.parse(body)),
    ],
    [
      "tunnels.reset",
      "hand.tunnels-reset",
      (body) => {
        const parsed = endpoints["tunnels.reset"].body.parse(body);
        const wanted = { act: "tunnels.reset", target: parsed.name, function: "invocation" } as const;
        return carryOut(keeper, wanted, () => resetTunnel(hand, parsed));
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
}

/** A connection's id is its tunnel's name. */
const connectionsOf = (world: Ends): Connections => ({
  async read(name) {
    const tunnel = tunnelOf(world.tunnels, name);
    const { azureTrouble: code } = tunnel;
    if (code === null) return azureEnd(tunnel);
    throw new CloudError({ ...READING, target: name, code, retryable: true });
  },
  async reset(name) {
    mend(world, name, "reset-azure");
    return "resetting";
  },
});

const READING = { provider: "azure", operation: "GetConnection" } as const;

const nameOf = (body: unknown): string => z.object({ name: z.string() }).safeParse(body).data?.name ?? "";

const azureEnd = ({ azure: status, provisioning, azureBgp: bgp, outsideIp }: ModelTunnel): AzureEnd => ({
  outsideIp,
  status,
  provisioning,
  bgp,
});
