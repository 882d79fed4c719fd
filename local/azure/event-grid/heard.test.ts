import { afterEach, describe, expect, it } from "vitest";
import { hearEventGrid } from "../../../shared/allowlists/event-grid.ts";
import { type AzureCaller, managedIdentity, servicePrincipal, user } from "../arm/nsg/caller.ts";
import { azurePerson } from "../arm/nsg/person.ts";
import { alice, hand, named, nsgId, ruleBody, startNsgs, type TestNsgs } from "../arm/nsg/test-nsgs.ts";
import { createEventGrid, type EventGridEvent } from "./event-grid.ts";
import { EventSubscription } from "./subscription.ts";

const opened: TestNsgs[] = [];

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const listening = { groups: [{ name: "bunny", id: nsgId }], ownIdentities: [hand.principalId] };

/** A group in Resource Manager, whose events come to a function. */
async function start() {
  const started = await startNsgs();
  opened.push(started);
  const delivered: EventGridEvent[] = [];
  const grid = createEventGrid({
    kernel: started.kernel,
    timers: started.timers,
    subscriptions: [
      EventSubscription.parse({
        name: "nsgs",
        scope: nsgId.split("/providers/")[0],
        functionName: "heal-network-security-group",
      }),
    ],
    deliver: async (_functionName, event) => {
      delivered.push(event);
      return 202;
    },
  });
  started.nsgs.onEvent((event) => grid.publish(event));
  const heard = () => delivered.map((event) => hearEventGrid(listening, event));
  return { ...started, heard };
}

async function wroteBy(caller: AzureCaller) {
  const { nsgs, settle, heard } = await start();
  const written = azurePerson(nsgs, caller).putRule(nsgId, named("ssh"));
  await settle();
  await written;
  return heard();
}

describe("what is heard of a write in the portal", () => {
  it("is to look at the group, twice, with who it was, from where and with what", async () => {
    const [accepted, ended] = await wroteBy(alice);
    expect(accepted).toMatchObject({ look: true, reason: "accepted-change" });
    expect(ended).toMatchObject({
      look: true,
      reason: "changed-by-others",
      change: {
        groups: ["bunny"],
        at: Date.parse("2026-11-21T08:00:02Z") / 1_000,
        actor: { kind: "user", name: "alice@example.com" },
        sourceAddress: "203.0.113.9",
        tool: { name: "Azure portal" },
        what: { touched: ["ssh"] },
      },
    });
    expect(new Set([accepted, ended].map((one) => (one?.look ? one.change?.id : ""))).size).toBe(1);
  });

  it.each([
    [
      "a guest with the command line",
      user({
        objectId: "b0b",
        upn: "bob_other.example#EXT#@example.onmicrosoft.com",
        name: "Bob",
        application: "cli",
      }),
      { kind: "guest", name: "bob_other.example#EXT#@example.onmicrosoft.com" },
    ],
    [
      "a service principal",
      servicePrincipal({ objectId: "5e", clientId: "5e000000-0000-4000-8000-000000000003" }),
      { kind: "service-principal", name: "5e000000-0000-4000-8000-000000000003" },
    ],
    [
      "a managed identity",
      managedIdentity({ objectId: "1d", clientId: "1d0", resourceId: "/subscriptions/s/x/agentpool" }),
      { kind: "managed-identity", name: "agentpool" },
    ],
  ])("names %s", async (_what, caller, actor) => {
    expect(await wroteBy(caller)).toMatchObject([{ change: { actor } }, { change: { actor } }]);
  });

  it("is passed over when the hand itself wrote, through Resource Manager", async () => {
    const { send, settle, heard } = await start();
    await send("put", "/securityRules/a", { body: ruleBody() });
    await settle();
    expect(heard()).toMatchObject([
      { look: false, reason: "own-change" },
      { look: false, reason: "own-change" },
    ]);
  });
});
