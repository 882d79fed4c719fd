import { describe, expect, it } from "vitest";
import { parsePattern } from "./pattern.ts";

const event = {
  source: "aws.acm-pca",
  "detail-type": "ACM Private CA Certificate Issuance",
  resources: ["arn:ca", "arn:ca/certificate/1"],
  detail: {
    result: "success",
    serial: "0a1b",
    path: "links/relay/bunny*1",
    note: null,
    empty: "",
    none: [],
    days: 7,
    share: 0.5,
    forced: true,
    ip: "10.1.2.3",
    ip6: "2001:db8::5",
    "dotted.key": "x",
    parts: [
      { name: "relay", up: 2 },
      { name: "bunny", up: 1, tags: ["a", "b"] },
    ],
  },
};

const fits = (pattern: object) => parsePattern(JSON.stringify(pattern))(event);
const detail = (fields: object) => fits({ detail: fields });

describe("an event pattern", () => {
  it("matches when one value of each field does", () => {
    expect(fits({ source: ["aws.ec2", "aws.acm-pca"] })).toBe(true);
    expect(fits({ source: ["aws.acm-pca"], "detail-type": ["ACM Private CA Creation"] })).toBe(false);
    expect(fits({ source: ["AWS.acm-pca"] })).toBe(false);
    expect(fits({ missing: ["aws.acm-pca"] })).toBe(false);
  });

  it("matches an array by any of its elements", () => {
    expect(fits({ resources: ["arn:ca"] })).toBe(true);
    expect(fits({ resources: ["arn:other"] })).toBe(false);
    expect(fits({ resources: [{ prefix: "arn:ca/" }] })).toBe(true);
  });

  it("asks all fields of one object in an array", () => {
    expect(detail({ parts: { name: ["bunny"], up: [1] } })).toBe(true);
    expect(detail({ parts: { name: ["bunny"], up: [2] } })).toBe(false);
    expect(detail({ parts: { name: ["bunny"], tags: ["b"] } })).toBe(true);
    expect(detail({ parts: { name: ["relay"], tags: ["b"] } })).toBe(false);
  });

  it("takes a dot in a key for the way to a member", () => {
    expect(detail({ dotted: { key: ["x"] } })).toBe(true);
    expect(fits({ "detail.result": ["success"] })).toBe(true);
  });

  it("does not look into a text that holds JSON", () => {
    expect(parsePattern('{"detail":{"a":[1]}}')({ detail: '{"a":1}' })).toBe(false);
  });

  it.each([
    ["a text", { result: ["success"] }, true],
    ["a number", { days: [7] }, true],
    ["a number as text", { days: ["7"] }, false],
    ["a boolean", { forced: [true] }, true],
    ["a boolean as text", { forced: ["true"] }, false],
    ["null", { note: [null] }, true],
    ["null for what is missing", { missing: [null] }, false],
    ["the empty text", { empty: [""] }, true],
    ["prefix", { serial: [{ prefix: "0a" }] }, true],
    ["prefix in another case", { serial: [{ prefix: "0A" }] }, false],
    ["prefix of any case", { serial: [{ prefix: { "equals-ignore-case": "0A" } }] }, true],
    ["prefix of a number", { days: [{ prefix: "7" }] }, false],
    ["suffix", { serial: [{ suffix: "1b" }] }, true],
    ["suffix of any case", { serial: [{ suffix: { "equals-ignore-case": "1B" } }] }, true],
    ["equals-ignore-case", { result: [{ "equals-ignore-case": "SUCCESS" }] }, true],
    ["equals-ignore-case of another text", { result: [{ "equals-ignore-case": "SUCCES" }] }, false],
    ["wildcard", { path: [{ wildcard: "links/*/bunny*" }] }, true],
    ["wildcard that stands for nothing", { path: [{ wildcard: "*links/relay/bunny\\*1*" }] }, true],
    ["wildcard that must match the whole text", { path: [{ wildcard: "links/*/bunny" }] }, false],
    ["wildcard with an escaped star", { path: [{ wildcard: "links/relay/bunny\\*?" }] }, false],
    ["wildcard with a dot for itself", { serial: [{ wildcard: "0.*" }] }, false],
    ["the empty wildcard", { serial: [{ wildcard: "" }] }, false],
    ["numeric =", { share: [{ numeric: ["=", 0.5] }] }, true],
    ["numeric >", { days: [{ numeric: [">", 7] }] }, false],
    ["numeric >=", { days: [{ numeric: [">=", 7] }] }, true],
    ["a numeric range", { days: [{ numeric: [">", 0, "<=", 7] }] }, true],
    ["a numeric range whose end is left out", { days: [{ numeric: [">", 0, "<", 7] }] }, false],
    ["numeric for a text", { serial: [{ numeric: [">", 0] }] }, false],
    ["numeric for null", { note: [{ numeric: ["<", 1] }] }, false],
    ["cidr", { ip: [{ cidr: "10.0.0.0/8" }] }, true],
    ["cidr of another network", { ip: [{ cidr: "10.2.0.0/16" }] }, false],
    ["cidr of everything", { ip: [{ cidr: "0.0.0.0/0" }] }, true],
    ["cidr of IPv6", { ip6: [{ cidr: "2001:db8::/32" }] }, true],
    ["cidr of IPv6 for an address of IPv4", { ip: [{ cidr: "::/0" }] }, false],
    ["cidr for what is no address", { serial: [{ cidr: "0.0.0.0/0" }] }, false],
    ["exists", { result: [{ exists: true }] }, true],
    ["exists for null", { note: [{ exists: true }] }, true],
    ["exists for an object", { parts: [{ exists: true }] }, false],
    ["exists for an empty array", { none: [{ exists: true }] }, false],
    ["exists for what is missing", { missing: [{ exists: true }] }, false],
    ["exists: false for what is missing", { missing: [{ exists: false }] }, true],
    ["exists: false below what is missing", { missing: { below: [{ exists: false }] } }, true],
    ["exists: false", { result: [{ exists: false }] }, false],
    ["exists: false or a value", { result: [{ exists: false }, "success"] }, true],
    ["anything-but", { result: [{ "anything-but": "failure" }] }, true],
    ["anything-but this", { result: [{ "anything-but": "success" }] }, false],
    ["anything-but a list", { result: [{ "anything-but": ["failure", "success"] }] }, false],
    ["anything-but a number", { days: [{ "anything-but": 7 }] }, false],
    ["anything-but zero", { days: [{ "anything-but": 0 }] }, true],
    ["anything-but for null", { note: [{ "anything-but": "x" }] }, true],
    ["anything-but for what is missing", { missing: [{ "anything-but": "x" }] }, false],
    ["anything-but a prefix", { serial: [{ "anything-but": { prefix: "0a" } }] }, false],
    ["anything-but prefixes", { serial: [{ "anything-but": { prefix: ["ff", "0a"] } }] }, false],
    ["anything-but a prefix for a number", { days: [{ "anything-but": { prefix: "7" } }] }, true],
    ["anything-but a suffix", { serial: [{ "anything-but": { suffix: "ff" } }] }, true],
    [
      "anything-but in any case",
      { result: [{ "anything-but": { "equals-ignore-case": "SUCCESS" } }] },
      false,
    ],
    ["anything-but a wildcard", { path: [{ "anything-but": { wildcard: "*relay*" } }] }, false],
    ["anything-but wildcards", { path: [{ "anything-but": { wildcard: ["a*", "b*"] } }] }, true],
    ["$or", { $or: [{ result: ["failure"] }, { days: [{ numeric: [">", 1] }] }] }, true],
    ["$or of nothing that fits", { $or: [{ result: ["failure"] }, { days: [1] }] }, false],
    ["$or beside a field that does not fit", { serial: ["x"], $or: [{ days: [7] }, { days: [8] }] }, false],
    ["$or within $or", { $or: [{ days: [1] }, { $or: [{ days: [2] }, { days: [7] }] }] }, true],
  ])("knows %s", (_what, fields, expected) => {
    expect(detail(fields)).toBe(expected);
  });

  it.each([
    ["no JSON", "{", "not valid JSON"],
    ["no object", "[]", "must be an object"],
    ["an empty object", "{}", "Empty objects are not allowed"],
    ["an empty array", '{"a":[]}', "Empty arrays are not allowed"],
    ["a value outside of an array", '{"a":"x"}', '"a" must be an object or an array'],
    ["an unknown comparison", '{"a":[{"PREFIX":"x"}]}', "Unrecognized match type PREFIX"],
    ["two comparisons in one", '{"a":[{"prefix":"x","suffix":"y"}]}', "Only one key allowed"],
    ["an array in an array", '{"a":[["x"]]}', "must be a value or an object"],
    ["a prefix that is a number", '{"a":[{"prefix":1}]}', "prefix match pattern must be a string"],
    ["a list of suffixes", '{"a":[{"suffix":["x"]}]}', "suffix match pattern must be a string"],
    ["a prefix of another kind", '{"a":[{"prefix":{"wildcard":"x"}}]}', "Unsupported prefix match pattern"],
    ["exists that is no boolean", '{"a":[{"exists":"true"}]}', "must be either true or false"],
    ["two stars in a row", '{"a":[{"wildcard":"a**"}]}', "Consecutive wildcard characters"],
    ["another escape", '{"a":[{"wildcard":"a\\\\b"}]}', "Invalid escape character"],
    ["a network without its size", '{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR"],
    ["a network that is none", '{"a":[{"cidr":"10.0.0/8"}]}', "Nonstandard IP address: 10.0.0"],
    ["a network of too many bits", '{"a":[{"cidr":"10.0.0.0/33"}]}', "must not exceed 32"],
    ["numeric without an operator", '{"a":[{"numeric":10}]}', "must be an array"],
    ["numeric without a number", '{"a":[{"numeric":[">",0,"<"]}]}', "Value of < must be numeric"],
    ["two lower bounds", '{"a":[{"numeric":[">",0,">",1]}]}', "Bad numeric range operator: >"],
    ["three bounds", '{"a":[{"numeric":[">",0,"<",1,"<",2]}]}', "Too many terms"],
    ["a number beyond the range", '{"a":[{"numeric":["<",5000000001]}]}', "must be numeric"],
    ["anything-but null", '{"a":[{"anything-but":null}]}', "anything-but takes texts or numbers"],
    ["anything-but nothing", '{"a":[{"anything-but":[]}]}', "anything-but takes texts or numbers"],
    ["anything-but of two kinds", '{"a":[{"anything-but":["x",1]}]}', "anything-but takes texts or numbers"],
    ["anything-but an empty prefix", '{"a":[{"anything-but":{"prefix":""}}]}', "Null prefix/suffix"],
    ["anything-but numeric", '{"a":[{"anything-but":{"numeric":"x"}}]}', "Unsupported anything-but"],
    ["more than 2048 characters", JSON.stringify({ a: ["x".repeat(2048)] }), "at most 2048 characters"],
  ])("is refused with %s", (_what, text, message) => {
    expect(() => parsePattern(text)).toThrow(message);
    expect(() => parsePattern(text)).toThrow(expect.objectContaining({ name: "PatternError" }));
  });

  it("is refused when its choices multiply to more than a thousand", () => {
    const choice = (key: string) => Array.from({ length: 11 }, (_, n) => ({ [key]: [n] }));
    const pattern = { detail: { $or: choice("a") }, b: { $or: choice("b") }, c: { $or: choice("c") } };
    expect(() => parsePattern(JSON.stringify(pattern))).toThrow("Rule is too complex");
  });
});
