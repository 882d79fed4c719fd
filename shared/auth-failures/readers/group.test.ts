import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { ConfigError } from "../../runtime/errors.ts";
import { PATTERN_LENGTH_MAX } from "./filter.ts";
import { LINE_LENGTH_MAX } from "./line.ts";
import { GroupSettings } from "./settings.ts";
import { envoySamples } from "./test-envoy-samples.ts";
import { nginxAccessSamples } from "./test-nginx-access-samples.ts";
import { nginxErrorSamples } from "./test-nginx-error-samples.ts";
import { relaySamples } from "./test-relay-samples.ts";
import { AT, groupOf, processed, readSample, wrapped } from "./test-samples.ts";

const refusal = { event: "client.refused", reason: "expired", clientAddress: "10.10.1.9" };
const acl = "arn:aws:wafv2:eu-west-2:111122223333:regional/webacl/relay/0a1b";

describe("buildGroupReader", () => {
  const cluster = groupOf({
    readers: [
      { reader: "relay" },
      { reader: "nginx-access", upstream: "relay-relay-443" },
      { reader: "nginx-error", server: "relay.example.com" },
    ],
  });

  it.each([
    ["relay", relaySamples],
    ["nginx-access", nginxAccessSamples],
    ["nginx-error", nginxErrorSamples],
  ])("reads what %s writes as its reader alone does, and asks CloudWatch for it", (_, { samples }) => {
    const finds = parseFilterPattern(cluster.filterPattern);
    for (const sample of samples) {
      expect(readSample(cluster, sample)).toEqual(sample.reading);
      if (typeof sample.reading === "object") expect(finds(sample.message)).toBe(true);
    }
  });

  it("stays within what CloudWatch takes for all that a cluster's log group may hold", () => {
    expect(cluster.filterPattern.length).toBeLessThanOrEqual(PATTERN_LENGTH_MAX);
    const istio = groupOf({ readers: [{ reader: "relay" }, { reader: "envoy" }] });
    expect(istio.filterPattern.length).toBeLessThanOrEqual(PATTERN_LENGTH_MAX);
    expect(istio.read(envoySamples.samples[0]?.message ?? "", AT, "")).toMatchObject({ reader: "envoy" });
  });

  it("believes only the pods that the link names, and asks CloudWatch for no other's lines", () => {
    const group = groupOf({
      readers: [{ reader: "relay" }],
      pods: { namespace: "relay", container: "relay" },
    });
    const finds = parseFilterPattern(group.filterPattern);
    const ours = processed(refusal);
    const others = [
      ours.replace('"namespace_name":"relay"', '"namespace_name":"shop"'),
      ours.replace('"container_name":"relay"', '"container_name":"sidecar"'),
      JSON.stringify(refusal),
    ];
    expect(group.read(ours, AT, "")).toMatchObject({ class: "expired" });
    expect(finds(ours)).toBe(true);
    for (const other of others) {
      expect(group.read(other, AT, "")).toBe("not-mine");
      expect(finds(other)).toBe(false);
    }
  });

  it("says that a line is unreadable only when no other reader has understood it", () => {
    const group = groupOf({
      readers: [
        {
          reader: "json",
          refused: { field: "event", is: ["client.refused"] },
          reason: { field: "why", classes: {} },
        },
        { reader: "relay" },
      ],
    });
    expect(group.read(JSON.stringify(refusal), AT, "")).toMatchObject({ reader: "relay" });
    expect(group.read(JSON.stringify({ event: "client.refused" }), AT, "")).toBe("unreadable");
    expect(group.read(JSON.stringify({ event: "relay.loaded" }), AT, "")).toBe("not-mine");
  });

  it("takes what is no JSON document for a line that was cut off, where a JSON pattern has let it through", () => {
    const group = groupOf({ readers: [{ reader: "waf" }] });
    const padded = JSON.stringify({ webaclId: acl, action: "ALLOW", padding: "x".repeat(LINE_LENGTH_MAX) });
    expect(group.read(padded, AT, "")).toBe("unreadable");
    expect(group.read("", AT, "")).toBe("unreadable");
    expect(group.read("[]", AT, "")).toBe("unreadable");
  });

  it("looks at the beginning of a text that is too long", () => {
    const line =
      '2026/11/21 08:02:00 [info] 31#31: *45 client sent no required SSL certificate while reading client request headers, client: 10.10.1.9, server: relay.example.com, request: "';
    const group = groupOf({ readers: [{ reader: "nginx-error" }], lines: "text" });
    expect(group.read(line + "x".repeat(LINE_LENGTH_MAX), AT, "")).toMatchObject({ source: "10.10.1.9" });
  });

  it("refuses readers of JSON for lines of text", () => {
    const settings = { readers: [{ reader: "nginx-error" }, { reader: "waf" }], lines: "text" };
    expect(() => groupOf(settings)).toThrow(ConfigError);
    expect(() => groupOf(settings)).toThrow(/waf reads JSON only/);
  });

  it("refuses to name pods for lines of text, which do not say whose they are", () => {
    const settings = { readers: [{ reader: "nginx-error" }], lines: "text", pods: { namespace: "relay" } };
    expect(() => groupOf(settings)).toThrow(/leave pods out/);
  });

  it.each(["lattice", "waf", "ike"])("refuses to name pods for %s, which AWS itself writes", (reader) => {
    const settings = { readers: [{ reader }], pods: { namespace: "relay" } };
    expect(() => groupOf(settings)).toThrow(/no pod writes/);
  });

  it("refuses readers whose pattern CloudWatch would not take", () => {
    const is = Array.from({ length: 8 }, (_, index) => `${"x".repeat(60)}${index}`);
    const settings = { readers: [{ reader: "json", refused: { field: "outcome", is } }] };
    expect(() => groupOf(settings)).toThrow(/CloudWatch takes 1024/);
  });
});

describe("GroupSettings", () => {
  const faultsOf = (settings: unknown) =>
    GroupSettings.safeParse(settings).error?.issues.map(({ path, message }) => [path.join("."), message]);

  it.each([
    [{ readers: [] }, "readers", /at least one reader/],
    [{ readers: [{ reader: "apache" }] }, "readers.0.reader", /must name a reader: relay, nginx-access/],
    [
      { readers: [{ reader: "envoy", verifies: "yes" }] },
      "readers.0.verifies",
      /must be true where Envoy refuses/,
    ],
    [{ readers: [{ reader: "relay", upstream: "x" }] }, "readers.0", /unknown key "upstream"/],
    [{ readers: [{ reader: "envoy", upstream: 'a" || $.b' }] }, "readers.0.upstream", /letters, digits/],
    [{ readers: [{ reader: "relay" }], lines: "xml" }, "lines", /"json" or "text"/],
    [
      { readers: [{ reader: "relay" }], pods: { namespace: 'a" || $.b' } },
      "pods.namespace",
      /Kubernetes namespace/,
    ],
    [
      { readers: [{ reader: "relay" }], pods: { namespace: "a", container: 'a"' } },
      "pods.container",
      /container's name/,
    ],
  ])("refuses %j", (settings, path, message) => {
    expect(faultsOf(settings)).toEqual([[path, expect.stringMatching(message)]]);
  });
});

describe("what a pod's own words can do", () => {
  const group = groupOf({ readers: [{ reader: "relay" }], pods: { namespace: "relay" } });

  it("does not make another pod of it", () => {
    const line = wrapped(JSON.stringify({ ...refusal, kubernetes: { namespace_name: "relay" } }));
    const others = line.replace('"namespace_name":"relay","pod_id"', '"namespace_name":"shop","pod_id"');
    expect(group.read(others, AT, "")).toBe("not-mine");
  });
});
