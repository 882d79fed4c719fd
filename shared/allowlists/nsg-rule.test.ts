import { describe, expect, it } from "vitest";
import { NsgRuleAnswer, readingOf } from "./nsg-rule.ts";
import { nsgRuleBody } from "./nsg-write.ts";

const answer = (properties: Record<string, unknown>) => ({
  name: "allow-relay",
  etag: 'W/"1"',
  properties: {
    direction: "Inbound",
    access: "Allow",
    priority: 200,
    protocol: "Tcp",
    sourceAddressPrefix: "10.10.1.0/24",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
    destinationPortRange: "443",
    ...properties,
  },
});
const parse = (properties: Record<string, unknown>) => NsgRuleAnswer.parse(answer(properties));
const boxes = (properties: Record<string, unknown>) => readingOf(parse(properties));

describe("NsgRuleAnswer", () => {
  it("reads the singular, the plural, and host bits as one and the same", () => {
    const plural = parse({
      sourceAddressPrefix: "",
      sourceAddressPrefixes: ["10.10.1.9/24"],
      destinationPortRange: undefined,
      destinationPortRanges: ["443"],
    });
    expect(plural).toEqual(parse({}));
  });

  it("takes null for what is not there, as other versions of the API say it", () => {
    const nothing = {
      sourceAddressPrefixes: null,
      destinationAddressPrefixes: null,
      sourcePortRanges: null,
      destinationPortRanges: null,
      sourceApplicationSecurityGroups: null,
      destinationApplicationSecurityGroups: null,
      description: null,
      provisioningState: null,
    };
    expect(parse(nothing)).toEqual(parse({}));
    const plural = { sourceAddressPrefix: null, sourceAddressPrefixes: ["10.10.1.0/24"] };
    expect(parse(plural)).toEqual(parse({}));
  });

  it("sorts what a list says in any order, each once", () => {
    const one = parse({
      sourceAddressPrefix: undefined,
      sourceAddressPrefixes: ["10.0.2.0/24", "10.0.1.0/24"],
    });
    const other = parse({
      sourceAddressPrefix: "10.0.1.7/24",
      sourceAddressPrefixes: ["10.0.2.0/24", "10.0.1.0/24"],
    });
    expect(one).toEqual(other);
  });

  it.each(["Succeeded", "Updating", "Creating"])(
    "takes a rule that is %s for in effect",
    (provisioningState) => {
      expect(parse({ provisioningState }).isInEffect).toBe(true);
    },
  );

  it.each(["Failed", "Canceled", "Deleting"])(
    "does not rely on a rule that is %s, which may still act",
    (state) => {
      const { surely, maybe } = boxes({ provisioningState: state });
      expect(surely).toEqual([]);
      expect(maybe).toHaveLength(1);
    },
  );

  it.each([{ access: "Audit" }, { direction: "Both" }, { priority: 65_000 }, { protocol: undefined }])(
    "refuses %o: what it cannot read is not absent",
    (properties) => {
      expect(NsgRuleAnswer.safeParse(answer(properties)).success).toBe(false);
    },
  );

  it("is written back as it was read", () => {
    for (const properties of [
      {},
      { sourceAddressPrefix: undefined, sourceAddressPrefixes: ["10.0.1.0/24", "10.0.2.0/24"] },
      { sourceAddressPrefix: undefined, sourceApplicationSecurityGroups: [{ id: "/subscriptions/s/asg" }] },
      { direction: "Outbound", protocol: "*", destinationPortRange: "*", access: "Deny" },
    ]) {
      const rule = parse(properties);
      const { name, etag } = rule;
      expect(NsgRuleAnswer.parse({ name, etag, ...nsgRuleBody(rule) })).toEqual(rule);
    }
  });
});

describe("readingOf", () => {
  it("cannot see into an application security group", () => {
    const { surely, maybe } = boxes({
      destinationAddressPrefix: undefined,
      destinationApplicationSecurityGroups: [{ id: "/subscriptions/s/asg" }],
    });
    expect(surely).toEqual([]);
    expect(maybe).toHaveLength(1);
  });

  it.each([{ destinationAddressPrefix: "10.9.0.4" }, { sourcePortRange: "1024-2000" }])(
    "counts on nothing from a rule for a part: %o",
    (properties) => {
      expect(boxes(properties).surely).toEqual([]);
    },
  );

  it.each([{ destinationPortRange: "443-" }, { destinationPortRange: "444-443" }, { protocol: "Icmpv6" }])(
    "takes what it does not understand for a rule that may match everything: %o",
    (properties) => {
      const everything = { protocol: "all", peer: "", from: 0, to: 65_535 };
      expect(boxes(properties)).toEqual({ surely: [], maybe: [everything] });
    },
  );

  it("does not compare more boxes than it has time for", () => {
    const prefixes = Array.from({ length: 1_025 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    const { surely, maybe } = boxes({ sourceAddressPrefix: undefined, sourceAddressPrefixes: prefixes });
    expect(surely).toEqual([]);
    expect(maybe).toHaveLength(1);
  });
});
