import { afterEach, describe, expect, it } from "vitest";
import { network } from "../../../vpn/test-world.ts";
import { codeOf, named, nsgId, operationMs, owner, ruleBody, startNsgs, type TestNsgs } from "./test-nsgs.ts";

const opened: TestNsgs[] = [];

async function start(options: Parameters<typeof startNsgs>[0] = {}): Promise<TestNsgs> {
  const started = await startNsgs(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const member = (value: unknown, name: string): unknown => Reflect.get(Object(value), name);
const rule = (name: string) => `/securityRules/${name}`;
const states = ({ nsgs }: TestNsgs) => nsgs.rules(nsgId).map(({ name, state }) => `${name} ${state}`);

describe("network:CreateOrUpdateSecurityRule", () => {
  it("answers 201 for a new rule, shows it as being made, and tells where its end is told", async () => {
    const started = await start();
    const { send, timers } = started;
    const made = await send("put", rule("allow-relay"), { body: ruleBody() });
    const statusUrl = made.headers["azure-asyncoperation"] ?? "";
    expect(made.status).toBe("201");
    expect(made.headers["location"]).toBeUndefined();
    expect(made.body).toMatchObject({
      name: "allow-relay",
      properties: { provisioningState: "Updating", priority: 100, sourcePortRanges: [] },
    });
    expect(statusUrl).toMatch(
      /\/providers\/Microsoft\.Network\/locations\/uksouth\/operations\/[0-9a-f-]{36}\?/,
    );
    expect((await send("get", statusUrl)).body).toEqual({ status: "InProgress" });
    expect(states(started)).toEqual(["allow-relay Updating"]);
    await timers.advance(operationMs);
    expect((await send("get", statusUrl)).body).toMatchObject({ status: "Succeeded" });
    expect(states(started)).toEqual(["allow-relay Succeeded"]);
  });

  it("replaces the whole of a rule that is there with a 200, in its place and under its own name", async () => {
    const { send, nsgs, settle } = await start({
      rules: [named("Allow-Relay", { description: "old" }), named("b", { priority: 101 })],
    });
    const body = ruleBody({ priority: 200, protocol: "*" });
    expect((await send("put", rule("allow-relay"), { body })).status).toBe("200");
    await settle();
    expect(nsgs.rules(nsgId).map(({ name }) => name)).toEqual(["Allow-Relay", "b"]);
    const { priority, protocol, description } = nsgs.rules(nsgId)[0]?.properties ?? {};
    expect({ priority, protocol, description }).toEqual({ priority: 200, protocol: "*" });
  });

  it("gives all rules another etag when it is accepted, and another when it has ended", async () => {
    const { send, settle } = await start({ rules: [named("a")] });
    const etag = async () => member((await send("get", rule("a"))).body, "etag");
    const before = await etag();
    const made = await send("put", rule("b"), { body: ruleBody({ priority: 101 }) });
    const during = await etag();
    expect(member(made.body, "etag")).toBe(during);
    await settle();
    const after = await etag();
    expect(new Set([before, during, after]).size).toBe(3);
    expect(member((await send("get", "")).body, "etag")).toBe(after);
  });

  it("keeps what was given in the plural as a list, and leaves out what was not given", async () => {
    const { send } = await start();
    const prefixes = ["10.0.1.0/24", "10.0.2.0/24"];
    const { body } = await send("put", rule("a"), {
      body: ruleBody({
        sourceAddressPrefix: "",
        sourceAddressPrefixes: prefixes,
        destinationPortRange: null,
        destinationPortRanges: ["443", "8443-8444"],
      }),
    });
    const properties = member(body, "properties");
    expect(properties).toMatchObject({
      sourceAddressPrefixes: prefixes,
      destinationPortRanges: ["443", "8443-8444"],
    });
    expect(Object.keys(Object(properties))).not.toContain("sourceAddressPrefix");
    expect(Object.keys(Object(properties))).not.toContain("destinationPortRange");
  });

  it("takes application security groups in place of addresses", async () => {
    const { send } = await start();
    const groups = [{ id: `${network}/applicationSecurityGroups/web` }];
    const body = ruleBody({ sourceAddressPrefix: undefined, sourceApplicationSecurityGroups: groups });
    const answer = await send("put", rule("a"), { body });
    expect(answer.body).toMatchObject({ properties: { sourceApplicationSecurityGroups: groups } });
  });

  it("refuses a priority that another rule of its direction has, and no other", async () => {
    const { send, settle, events } = await start({ rules: [named("first")] });
    const refused = await send("put", rule("second"), { body: ruleBody() });
    expect(codeOf(refused)).toEqual({ status: "400", code: "SecurityRuleConflict" });
    expect(JSON.stringify(refused.body)).toContain("second conflicts with rule first");
    expect(events).toEqual([]);
    expect((await send("put", rule("second"), { body: ruleBody({ direction: "outbound" }) })).status).toBe(
      "201",
    );
    await settle();
    expect((await send("put", rule("first"), { body: ruleBody({ access: "Deny" }) })).status).toBe("200");
  });

  it("refuses the rule that is one too many, and takes a change of one of them", async () => {
    const { send } = await start({
      rules: Array.from({ length: 1_000 }, (_, at) => named(`r${at}`, { priority: 100 + at })),
    });
    const refused = await send("put", rule("one-more"), { body: ruleBody({ priority: 4_000 }) });
    expect(codeOf(refused)).toEqual({ status: "400", code: "SecurityRuleCountLimitReached" });
    expect((await send("put", rule("r0"), { body: ruleBody({ access: "Deny" }) })).status).toBe("200");
  });

  it("does not make a rule of a group that is not there", async () => {
    const { send } = await start();
    const none = `${network}/networkSecurityGroups/none/securityRules/a`;
    const elsewhere = `${nsgId.replace("rg-link", "rg-other")}/securityRules/a`;
    const put = (path: string) => send("put", path, { body: ruleBody(), principal: owner });
    expect(codeOf(await put(none))).toEqual({ status: "404", code: "ParentResourceNotFound" });
    expect(codeOf(await put(elsewhere))).toEqual({ status: "404", code: "ResourceGroupNotFound" });
  });
});

describe("network:DeleteSecurityRule", () => {
  it("is accepted with both addresses, shows the rule as going, and then it is gone", async () => {
    const started = await start({ rules: [named("a"), named("b", { priority: 101 })] });
    const { send, timers } = started;
    const begun = await send("delete", rule("A"));
    const { "azure-asyncoperation": statusUrl = "", location = "" } = begun.headers;
    expect(begun.status).toBe("202");
    expect(location).toContain("/operationResults/");
    expect(states(started)).toEqual(["a Deleting", "b Succeeded"]);
    expect((await send("get", location)).status).toBe("202");
    await timers.advance(operationMs);
    expect((await send("get", statusUrl)).body).toMatchObject({ status: "Succeeded" });
    expect((await send("get", location)).status).toBe("200");
    expect(states(started)).toEqual(["b Succeeded"]);
  });

  it("answers 204 for a rule that is not there, and for a group that is not there", async () => {
    const { send, events } = await start();
    expect((await send("delete", rule("a"))).status).toBe("204");
    const none = `${network}/networkSecurityGroups/none`;
    expect((await send("delete", `${none}/securityRules/a`, { principal: owner })).status).toBe("204");
    expect((await send("delete", none, { principal: owner })).status).toBe("204");
    expect(events).toEqual([]);
    const elsewhere = `${nsgId.replace("rg-link", "rg-other")}/securityRules/a`;
    expect(codeOf(await send("delete", elsewhere, { principal: owner }))).toEqual({
      status: "404",
      code: "ResourceGroupNotFound",
    });
  });
});

describe("network:CreateOrUpdateNetworkSecurityGroup", () => {
  const group = (...securityRules: object[]) => ({ location: "uksouth", properties: { securityRules } });

  it("replaces all rules of the group", async () => {
    const started = await start({ rules: [named("a"), named("b", { priority: 101 })] });
    const body = group(named("c"), named("b", { priority: 200 }));
    const put = await started.send("put", "", { body, principal: owner });
    expect(put.status).toBe("200");
    expect(put.body).toMatchObject({ properties: { provisioningState: "Updating" } });
    expect(states(started)).toEqual(["c Updating", "b Updating"]);
    await started.settle();
    expect(states(started)).toEqual(["c Succeeded", "b Succeeded"]);
    expect((await started.send("get", "")).body).toMatchObject({
      properties: { provisioningState: "Succeeded" },
    });
  });

  it("makes a group, and deletes one with its rules", async () => {
    const { send, nsgs, settle } = await start();
    const id = `${network}/networkSecurityGroups/other`;
    expect((await send("put", id, { body: group(named("a")), principal: owner })).status).toBe("201");
    await settle();
    expect(nsgs.rules(id)).toMatchObject([{ name: "a" }]);
    expect((await send("delete", id, { principal: owner })).status).toBe("202");
    expect((await send("get", id, { principal: owner })).body).toMatchObject({
      properties: { provisioningState: "Deleting" },
    });
    await settle();
    expect(nsgs.find(id)).toBeUndefined();
  });

  it("refuses it whole for one of its rules", async () => {
    const started = await start({ rules: [named("a")] });
    const put = (...rules: object[]) => started.send("put", "", { body: group(...rules), principal: owner });
    expect(codeOf(await put(named("b"), named("c")))).toEqual({
      status: "400",
      code: "SecurityRuleConflict",
    });
    expect(codeOf(await put(named("b", { priority: 99 })))).toEqual({
      status: "400",
      code: "SecurityRuleInvalidPriority",
    });
    expect(states(started)).toEqual(["a Succeeded"]);
  });
});
