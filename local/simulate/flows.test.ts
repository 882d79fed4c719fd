import { describe, expect, it } from "vitest";
import type { ObservedRule } from "../../shared/allowlists/security-group.ts";
import { NODES_RULES, nsgRule } from "./clouds/nodes-rules.ts";
import { hasWrong, nodesFlows, relayFlows } from "./flows.ts";
import { RELAY } from "./groups.ts";
import { EXCEPTION } from "./groups-input.ts";

const NOW = EXCEPTION.from - 3_600;
const observed = (rules: typeof RELAY.rules): ObservedRule[] =>
  rules.map((rule, index) => ({ id: `sgr-${index}`, rule, marked: true }));
const WANTED = observed(RELAY.rules);
const WITH_EXCEPTION = observed([...RELAY.rules, ...RELAY.exceptions.map(({ rule }) => rule)]);

describe("relayFlows", () => {
  it("finds nothing wrong with the very rules of the link", () => {
    expect(hasWrong(relayFlows(WANTED, NOW))).toBe(false);
  });

  it("finds a wanted flow that is closed", () => {
    expect(hasWrong(relayFlows(WANTED.slice(1), NOW))).toBe(true);
  });

  it("finds an exception open before its time, closed within it and open after it", () => {
    const wrongAt = (rules: ObservedRule[], at: number) => hasWrong(relayFlows(rules, at));
    const { from, until } = EXCEPTION;
    expect(wrongAt(WITH_EXCEPTION, from - 100)).toBe(true);
    expect(wrongAt(WITH_EXCEPTION, from + 100)).toBe(false);
    expect(wrongAt(WANTED, from + 100)).toBe(true);
    expect(wrongAt(WITH_EXCEPTION, until + 100)).toBe(true);
  });

  it("takes both for right while an exception begins or ends", () => {
    for (const at of [EXCEPTION.from - 50, EXCEPTION.from + 50, EXCEPTION.until - 50, EXCEPTION.until + 50])
      for (const rules of [WANTED, WITH_EXCEPTION]) expect(hasWrong(relayFlows(rules, at))).toBe(false);
  });
});

describe("nodesFlows", () => {
  it("finds nothing wrong with the rules that a life begins with", () => {
    expect(hasWrong(nodesFlows(NODES_RULES))).toBe(false);
  });

  it("finds a wanted flow that a Deny before it closes", () => {
    const deny = nsgRule("by-hand", 100, "Inbound", "Deny", ["Tcp", "10.0.0.1/32", "443"]);
    expect(hasWrong(nodesFlows([...NODES_RULES, deny]))).toBe(true);
  });

  it("finds what Azure's own rules let pass where the last Deny is gone", () => {
    expect(hasWrong(nodesFlows(NODES_RULES.filter(({ name }) => name !== "end-in")))).toBe(true);
  });

  it("lets an Allow stand that comes after the last Deny", () => {
    const allow = nsgRule("by-hand", 4_001, "Outbound", "Allow", ["*", "*", "*"]);
    expect(hasWrong(nodesFlows([...NODES_RULES, allow]))).toBe(false);
  });
});
