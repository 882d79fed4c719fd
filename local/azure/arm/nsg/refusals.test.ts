import { afterEach, describe, expect, it } from "vitest";
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

const rule = (name: string) => `/securityRules/${name}`;
const plural = (...prefixes: string[]) => ({
  sourceAddressPrefix: undefined,
  sourceAddressPrefixes: prefixes,
});

describe("a rule that is not well-formed", () => {
  it.each<[string, object, string]>([
    ["host bits", { sourceAddressPrefix: "10.0.1.1/24" }, "SecurityRuleInvalidAddressPrefix"],
    ["host bits of IPv6", { sourceAddressPrefix: "fd00::1/64" }, "SecurityRuleInvalidAddressPrefix"],
    ["too long a prefix", { sourceAddressPrefix: "10.0.0.0/33" }, "SecurityRuleInvalidAddressPrefix"],
    ["no known tag", { sourceAddressPrefix: "any" }, "SecurityRuleInvalidAddressPrefix"],
    ["two in one text", { sourceAddressPrefix: "10.0.0.1,10.0.0.2" }, "SecurityRuleInvalidAddressPrefix"],
    ["a tag in a list", plural("VirtualNetwork"), "SecurityRuleParameterContainsUnsupportedValue"],
    ["a star in a list", plural("*"), "SecurityRuleParameterContainsUnsupportedValue"],
    [
      "two families in a list",
      plural("10.0.0.0/8", "fd00::/64"),
      "ResourceCannotContainAddressPrefixesFromDifferentAddressFamilies",
    ],
    ["no address", { sourceAddressPrefix: undefined }, "SecurityRuleParametersMissing"],
    ["no port", { destinationPortRange: undefined }, "SecurityRuleParametersMissing"],
    ["no protocol", { protocol: undefined }, "SecurityRuleParameterMissing"],
    ["no access", { access: undefined }, "SecurityRuleParameterMissing"],
    ["no priority", { priority: undefined }, "SecurityRuleParameterMissing"],
    ["no direction", { direction: undefined }, "SecurityRuleParameterMissing"],
    ["a port beyond the last", { destinationPortRange: "65536" }, "SecurityRuleInvalidPortRange"],
    ["a range backwards", { destinationPortRange: "20-10" }, "SecurityRuleInvalidPortRange"],
    ["ports with a comma", { destinationPortRange: "80,443" }, "SecurityRuleInvalidPortRange"],
    [
      "a star in a list of ports",
      { destinationPortRange: undefined, destinationPortRanges: ["*"] },
      "SecurityRuleInvalidPortRange",
    ],
    ["priority 99", { priority: 99 }, "SecurityRuleInvalidPriority"],
    ["priority 4097", { priority: 4_097 }, "SecurityRuleInvalidPriority"],
    ["a description of 141 characters", { description: "x".repeat(141) }, "SecurityRuleInvalidDescription"],
    ["another protocol", { protocol: "Sctp" }, "InvalidRequestFormat"],
    ["a number in place of a text", { sourcePortRange: 443 }, "InvalidRequestFormat"],
  ])("is refused for %s, and changes nothing", async (_what, change, code) => {
    const { send, nsgs, events } = await start();
    expect(codeOf(await send("put", rule("a"), { body: ruleBody(change) }))).toEqual({ status: "400", code });
    expect(nsgs.rules(nsgId)).toEqual([]);
    expect(events).toEqual([]);
  });

  it.each(["-a", "a.", "a b", "x".repeat(81)])("is refused under the name %s", async (name) => {
    const { send } = await start();
    const refused = await send("put", rule(encodeURIComponent(name)), { body: ruleBody() });
    expect(codeOf(refused)).toEqual({ status: "400", code: "InvalidResourceName" });
  });

  it("is refused when its body is no JSON", async () => {
    const { send } = await start();
    const headers = { "content-type": "text/plain" };
    const refused = await send("put", rule("a"), { body: "{", headers });
    expect(codeOf(refused)).toEqual({ status: "400", code: "InvalidRequestFormat" });
  });

  it.each<[string, object]>([
    ["sourceAddressPrefixes", { sourceAddressPrefixes: ["10.0.2.0/24"] }],
    ["destinationPortRanges", { destinationPortRanges: ["80"] }],
  ])("answers 501 for both spellings of one field: %s", async (_what, change) => {
    const { send } = await start();
    expect((await send("put", rule("a"), { body: ruleBody(change) })).status).toBe("501");
  });

  it("takes the ends of each range", async () => {
    const { send } = await start();
    const body = ruleBody({
      priority: 4_096,
      description: "x".repeat(140),
      sourceAddressPrefix: "Storage.UkSouth",
      destinationAddressPrefix: "::/0",
      destinationPortRange: "0-65535",
    });
    expect((await send("put", rule("x".repeat(80)), { body })).status).toBe("201");
  });
});

describe("another operation on the same group", () => {
  it("is refused with the address of the one that goes on, until it has ended", async () => {
    const { send, timers, events } = await start({ rules: [named("a")] });
    const begun = await send("put", rule("b"), { body: ruleBody({ priority: 101 }) });
    const attempts = [
      () => send("put", rule("c"), { body: ruleBody({ priority: 102 }) }),
      () => send("delete", rule("a")),
      () => send("put", "", { body: { location: "uksouth" }, principal: owner }),
    ];
    for (const attempt of attempts) {
      const refused = await attempt();
      expect(codeOf(refused)).toEqual({ status: "409", code: "AnotherOperationInProgress" });
      expect(JSON.stringify(refused.body)).toContain(begun.headers["azure-asyncoperation"]);
    }
    expect(events).toHaveLength(1);
    await timers.advance(operationMs);
    expect((await send("delete", rule("a"))).status).toBe("202");
  });

  it("is refused in each of its forms when not calm", async () => {
    const started = await start({ calm: false, seed: 3, rules: [named("a")] });
    const seen = new Set<string>();
    for (let turn = 0; turn < 60; turn += 1) {
      const { status, code } = codeOf(await started.send("put", rule("a"), { body: ruleBody() }));
      if (status !== "200" && code !== "TooManyRequests") seen.add(`${status} ${code}`);
    }
    expect([...seen].toSorted()).toEqual([
      "409 AnotherOperationInProgress",
      "429 AnotherOperationInProgress",
      "429 RetryableError",
    ]);
  });
});

describe("If-Match", () => {
  const put = ({ send }: TestNsgs, headers: Record<string, string>) =>
    send("put", rule("a"), { body: ruleBody(), headers });

  it("lets a write with the present etag through, and refuses one that is stale", async () => {
    const started = await start({ rules: [named("a")] });
    const etag = (await started.send("get", "")).headers["etag"] ?? "";
    expect((await put(started, { "if-match": etag })).status).toBe("200");
    await started.settle();
    const refused = await put(started, { "if-match": etag });
    expect(codeOf(refused)).toEqual({ status: "412", code: "PreconditionFailed" });
    expect(refused.body).toMatchObject({ error: { details: [{ code: "PreconditionFailedEtagMismatch" }] } });
    expect(codeOf(await started.send("delete", rule("a"), { headers: { "if-match": etag } }))).toEqual({
      status: "412",
      code: "PreconditionFailed",
    });
    expect((await put(started, { "if-match": "*" })).status).toBe("200");
  });

  it("is passed over in a world that ignores it, as ETag is in every one", async () => {
    const ignoring = await start({ rules: [named("a")], ifMatch: "ignored" });
    expect((await put(ignoring, { "if-match": 'W/"stale"' })).status).toBe("200");
    const started = await start({ rules: [named("a")] });
    expect((await put(started, { etag: 'W/"stale"' })).status).toBe("200");
  });

  it("answers 501 for its opposite", async () => {
    expect((await put(await start(), { "if-none-match": "*" })).status).toBe("501");
  });
});

describe("a write that fails", () => {
  it("tells so only afterwards, in the operation and in the rule", async () => {
    const { send, nsgs, settle, events } = await start({ rules: [named("a")] });
    for (const [method, path] of [
      ["put", "b"],
      ["delete", "a"],
    ] as const) {
      nsgs.failNext(nsgId);
      const body = method === "put" ? { body: ruleBody({ priority: 101 }) } : {};
      const begun = await send(method, rule(path), body);
      await settle();
      const { body: status } = await send("get", begun.headers["azure-asyncoperation"] ?? "");
      expect(status, method).toMatchObject({ status: "Failed" });
      expect(nsgs.rules(nsgId).find(({ name }) => name === path)?.state, method).toBe("Failed");
      expect(events.at(-1), method).toMatchObject({ data: { status: "Failed" } });
    }
    expect(events.map(({ eventType }) => eventType.replace("Microsoft.Resources.Resource", ""))).toEqual([
      "WriteSuccess",
      "WriteFailure",
      "DeleteSuccess",
      "DeleteFailure",
    ]);
  });

  it("happens now and then when not calm, as do slow ones", async () => {
    const { nsgs, timers, callers } = await noisy();
    const took: number[] = [];
    const ended = new Set<string>();
    for (let turn = 0; turn < 200; turn += 1) {
      const beganAtMs = timers.now();
      const write = nsgs.write(nsgId, { kind: "delete-rule", name: "none" }, { caller: callers });
      while (nsgs.find(nsgId)?.running !== undefined) await timers.advance(1_000);
      took.push(timers.now() - beganAtMs);
      ended.add(await write.ended);
    }
    expect([...ended].toSorted()).toEqual(["Failed", "Succeeded"]);
    expect(Math.min(...took)).toBeLessThanOrEqual(3_000);
    expect(Math.max(...took)).toBe(60_000);
  });

  async function noisy() {
    const { nsgs, timers } = await start({ calm: false, seed: 2 });
    return { nsgs, timers, callers: nsgs.callerOf({ principalId: "p", clientId: "c" }) };
  }
});
