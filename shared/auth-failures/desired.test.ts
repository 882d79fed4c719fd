import { describe, expect, it } from "vitest";
import { adoptedVpn, linkWith } from "../../local/testing/links.ts";
import { parseLink } from "../link/load.ts";
import { authFailuresOf, authGroups } from "./desired.ts";

const of = (changes: Readonly<Record<string, unknown>> = {}) => parseLink(linkWith(changes));
const authFailures = { logs: [{ group: "/example/relay", readers: [{ reader: "relay" }] }] };

describe("authFailuresOf", () => {
  it("is nothing where the link has none", () => {
    expect(authFailuresOf(of())).toBeNull();
    expect(authGroups(of())).toEqual([]);
  });

  it("has the groups with their patterns, the link's own callers, and the VNet where they call from", () => {
    const identity = { commonName: "Bunny", dnsNames: ["b.example.com", "a.example.com"] };
    const link = of({ authFailures, "bunnies[0].certificates[0].identity": identity });
    expect(authFailuresOf(link)).toMatchObject({
      groups: [{ group: "/example/relay", filterPattern: expect.stringContaining("client.") }],
      certificates: [{ name: "bunny-client", names: ["a.example.com", "b.example.com"] }],
      apiKeys: [],
      callers: ["10.10.0.0/16"],
      limits: { windowSeconds: 300, floodCount: 20 },
      wakes: ["certificates"],
    });
  });

  it("takes the networks that the link names in the VNet's place", () => {
    const callers = ["10.244.0.0/16"];
    expect(authFailuresOf(of({ authFailures: { ...authFailures, callers } }))?.callers).toEqual(callers);
  });

  it("has asked to look who is there to do so", () => {
    const link = of({
      authFailures,
      vpn: { ...adoptedVpn, preSharedKeys: {} },
      "relay.readers": ["arn:aws:iam::123456789012:role/relay"],
      "relay.certificate": { readers: ["arn:aws:iam::123456789012:role/relay"] },
      "bunnies[0].apiKeys": [{ name: "bunny-key", identity: "bunny.example.com" }],
      trust: {},
    });
    expect(authFailuresOf(link)).toMatchObject({
      apiKeys: [{ name: "bunny-key", identity: "bunny.example.com" }],
      wakes: ["certificates", "trust", "api-keys", "pre-shared-keys"],
    });
  });
});
