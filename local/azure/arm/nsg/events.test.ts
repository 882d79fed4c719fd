import { afterEach, describe, expect, it } from "vitest";
import { network, subscriptionId } from "../../../vpn/test-world.ts";
import { TENANT } from "../../world-for-tests.ts";
import { managedIdentity, servicePrincipal } from "./caller.ts";
import { azurePerson } from "./person.ts";
import { alice, hand, named, nsgId, operationMs, ruleBody, startNsgs, type TestNsgs } from "./test-nsgs.ts";

const opened: TestNsgs[] = [];

async function start(options: Parameters<typeof startNsgs>[0] = {}): Promise<TestNsgs> {
  const started = await startNsgs(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const OID = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";

/** What somebody does, with the time that it takes. */
async function done({ timers }: TestNsgs, act: Promise<void>): Promise<void> {
  let isDone = false;
  const finished = act.finally(() => {
    isDone = true;
  });
  for (let turn = 0; turn < 100 && !isDone; turn += 1) await timers.advance(operationMs);
  await finished;
}

describe("the events of a write", () => {
  it("are two of one correlation: when it is accepted, and when it has ended", async () => {
    const started = await start();
    await done(started, azurePerson(started.nsgs, alice).putRule(nsgId, named("ssh")));
    const [accepted, ended, ...more] = started.events;
    expect(more).toEqual([]);
    expect(accepted).toMatchObject({
      subject: `${nsgId}/securityRules/ssh`,
      eventType: "Microsoft.Resources.ResourceWriteSuccess",
      eventTime: "2026-11-21T08:00:00.0000000Z",
      data: {
        authorization: {
          action: "Microsoft.Network/networkSecurityGroups/securityRules/write",
          evidence: { role: "Network Contributor", principalType: "User" },
        },
        claims: {
          appid: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
          ipaddr: "203.0.113.9",
          name: "Alice",
          [OID]: alice.objectId,
          [UPN]: "alice@example.com",
        },
        operationName: "Microsoft.Network/networkSecurityGroups/securityRules/write",
        resourceProvider: "Microsoft.Network",
        status: "Accepted",
        subscriptionId,
        tenantId: TENANT,
      },
      dataVersion: "2",
      metadataVersion: "1",
    });
    expect(ended).toMatchObject({
      subject: accepted?.subject,
      eventTime: "2026-11-21T08:00:02.0000000Z",
      data: { status: "Succeeded", correlationId: accepted?.data["correlationId"] },
    });
    expect(ended?.id).not.toBe(accepted?.id);
  });

  it("have the request of a change and of a deletion, and none of what is new", async () => {
    const started = await start();
    const person = azurePerson(started.nsgs, alice);
    await done(started, person.putRule(nsgId, named("ssh")));
    await done(started, person.putRule(nsgId, named("ssh", { access: "Deny" })));
    await done(started, person.deleteRule(nsgId, "ssh"));
    const requests = started.events.filter(({ data }) => data["status"] === "Succeeded");
    expect(requests.map(({ eventType }) => eventType.split(".").at(-1))).toEqual([
      "ResourceWriteSuccess",
      "ResourceWriteSuccess",
      "ResourceDeleteSuccess",
    ]);
    expect(requests.map(({ data }) => data["httpRequest"])).toMatchObject([
      undefined,
      { method: "PUT", clientIpAddress: "203.0.113.9" },
      { method: "DELETE", clientIpAddress: "203.0.113.9" },
    ]);
  });

  it("name the operation on the group when it is written or deleted whole, and never hold a rule", async () => {
    const started = await start({ rules: [named("a")] });
    const person = azurePerson(started.nsgs, alice);
    await done(
      started,
      person.putGroup(nsgId, (rules) => [...rules, named("bad-rule", { priority: 101 })]),
    );
    await done(started, person.deleteGroup(nsgId));
    expect(started.events.map(({ subject, data }) => [subject, data["operationName"]])).toEqual([
      [nsgId, "Microsoft.Network/networkSecurityGroups/write"],
      [nsgId, "Microsoft.Network/networkSecurityGroups/write"],
      [nsgId, "Microsoft.Network/networkSecurityGroups/delete"],
      [nsgId, "Microsoft.Network/networkSecurityGroups/delete"],
    ]);
    expect(JSON.stringify(started.events)).not.toContain("bad-rule");
  });

  it("name a caller of Resource Manager by its object id, with what is known of it", async () => {
    const started = await start();
    await started.send("put", "/securityRules/a", { body: ruleBody() });
    expect(started.events).toMatchObject([
      { data: { claims: { [OID]: hand.principalId, idtyp: "app", xms_mirid: "/sites/hand" } } },
    ]);
  });

  it("tell a service principal and a managed identity apart by their claims", async () => {
    const started = await start();
    const identity = { objectId: "o", clientId: "c" };
    const claims = [servicePrincipal(identity), managedIdentity({ ...identity, resourceId: "/id" })].map(
      (caller) => caller.claims,
    );
    expect(claims).toEqual([
      { appid: "c", appidacr: "1", idtyp: "app" },
      { appid: "c", appidacr: "2", idtyp: "app", xms_mirid: "/id" },
    ]);
    await done(started, azurePerson(started.nsgs, servicePrincipal(identity)).putRule(nsgId, named("a")));
    expect(started.events[0]).toMatchObject({
      data: { authorization: { evidence: { principalType: "ServicePrincipal", principalId: "o" } } },
    });
  });

  it("come once, and with another case of the subject, now and then when not calm", async () => {
    const started = await start({ calm: false, seed: 6 });
    const person = azurePerson(started.nsgs, alice);
    for (let turn = 0; turn < 20; turn += 1) await done(started, person.putRule(nsgId, named("a")));
    const statuses = started.events.map(({ data }) => data["status"]);
    expect(statuses.filter((status) => status === "Accepted").length).toBeLessThan(
      statuses.filter((status) => status !== "Accepted").length,
    );
    const spellings = new Set(started.events.map(({ subject }) => subject.split("/")[3]));
    expect([...spellings].toSorted()).toEqual(["resourceGroups", "resourcegroups"]);
  });
});

describe("azurePerson", () => {
  it("waits for an operation that goes on, and then has its turn", async () => {
    const started = await start();
    await started.send("put", "/securityRules/a", { body: ruleBody() });
    const person = azurePerson(started.nsgs, alice);
    await done(started, person.putRule(nsgId, named("b", { priority: 101 })));
    expect(started.nsgs.rules(nsgId).map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("lets several have their turn one after another", async () => {
    const started = await start();
    const person = azurePerson(started.nsgs, alice);
    const names = ["a", "b", "c"];
    const all = names.map((name, at) => person.putRule(nsgId, named(name, { priority: 100 + at })));
    await done(
      started,
      Promise.all(all).then(() => {}),
    );
    expect(
      started.nsgs
        .rules(nsgId)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(names);
  });

  it("tries again what has failed", async () => {
    const started = await start();
    started.nsgs.failNext(nsgId);
    await done(started, azurePerson(started.nsgs, alice).putRule(nsgId, named("a")));
    expect(started.nsgs.rules(nsgId)).toMatchObject([{ state: "Succeeded" }]);
    expect(started.events).toHaveLength(4);
  });

  it("has done what is done already when a rule is gone", async () => {
    const started = await start();
    await azurePerson(started.nsgs, alice).deleteRule(nsgId, "a");
    expect(started.events).toEqual([]);
  });

  it("adds 200 rules with one write", async () => {
    const started = await start({ rules: [named("a")] });
    const bad = Array.from({ length: 200 }, (_, at) => named(`bad-${at}`, { priority: 200 + at }));
    await done(
      started,
      azurePerson(started.nsgs, alice).putGroup(nsgId, (rules) => [...rules, ...bad]),
    );
    expect(started.nsgs.rules(nsgId)).toHaveLength(201);
    expect(started.events).toHaveLength(2);
  });

  it("is refused what Resource Manager refuses, and finds no group that is not there", async () => {
    const { nsgs } = await start({ rules: [named("a")] });
    const person = azurePerson(nsgs, alice);
    await expect(person.putRule(nsgId, named("b"))).rejects.toMatchObject({ code: "SecurityRuleConflict" });
    await expect(person.deleteGroup(`${network}/networkSecurityGroups/none`)).rejects.toThrow("there is no");
  });
});
