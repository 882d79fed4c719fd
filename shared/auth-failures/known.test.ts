import { describe, expect, it } from "vitest";
import { provesSerial } from "./classes.ts";
import { isCaller, ownerOf, tunnelOf } from "./known.ts";
import { FailureClass } from "./schema.ts";
import { AT, accepted, BUNNY, KEY_ID, KNOWN, refused, SERIAL_A, TUNNEL_IP } from "./test-auth.ts";

const INSIDE = "10.10.1.7";
const OUTSIDE = "203.0.113.9";
const SECOND = { name: "second", names: ["bunny2.example.com"], notAfter: AT + 86_400, mergedAt: AT };

describe("ownerOf", () => {
  it("believes an identity, an API key that is ours, and the serial of who was accepted", () => {
    const proven = { identity: BUNNY, certainty: "proven" };
    expect(ownerOf(refused("unknown", { identity: BUNNY }), KNOWN)).toEqual(proven);
    expect(ownerOf(refused("forbidden-scope", { apiKeyId: KEY_ID, source: OUTSIDE }), KNOWN)).toEqual(proven);
    expect(ownerOf(accepted({ serial: SERIAL_A, source: OUTSIDE }), KNOWN)).toEqual(proven);
  });

  it("takes who proves to have the certificate for who he is, also with another bunny's key", () => {
    const known = { ...KNOWN, certificates: [...KNOWN.certificates, { ...SECOND, serial: "b7" }] };
    const event = refused("bad-api-key", { serial: "b7", apiKeyId: KEY_ID, source: INSIDE });
    expect(ownerOf(event, known)).toEqual({ identity: "bunny2.example.com", certainty: "proven" });
  });

  it.each(["nginx-access", "envoy", "json"] as const)(
    "takes a serial of ours in a line of %s for a claim, whatever relay has answered, and for nothing from elsewhere",
    (reader) => {
      const refusals = ["bad-api-key", "wrong-key-version", "forbidden-scope", "expired"] as const;
      const claims = (source: string) =>
        refusals.map((failure) => ownerOf(refused(failure, { reader, serial: SERIAL_A, source }), KNOWN));
      expect(claims(OUTSIDE)).toEqual(refusals.map(() => null));
      expect(claims(INSIDE)).toEqual(refusals.map(() => ({ identity: BUNNY, certainty: "likely" })));
      expect(ownerOf(accepted({ reader, serial: SERIAL_A, source: OUTSIDE }), KNOWN)).toBeNull();
    },
  );

  it("takes several names of one certificate for one caller", () => {
    expect(ownerOf(refused("unknown", { identity: "bunny.internal" }), KNOWN)?.identity).toBe(BUNNY);
    expect(ownerOf(refused("unknown", { identity: "other.example.com" }), KNOWN)?.identity).toBe(
      "other.example.com",
    );
  });

  it("takes a serial of ours for a claim where its certificate was not looked at, and for nothing from elsewhere", () => {
    const claim = (source: string | null) =>
      ownerOf(refused("unknown-ca", { serial: SERIAL_A, source }), KNOWN)?.certainty ?? "nobody's";
    expect([INSIDE, null, OUTSIDE].map(claim)).toEqual(["likely", "claimed", "nobody's"]);
  });

  it("knows a stranger by nothing at all, and by what is not ours", () => {
    expect(ownerOf(refused("no-certificate", { source: INSIDE }), KNOWN)).toBeNull();
    expect(ownerOf(refused("expired", { serial: "ff", apiKeyId: "0".repeat(16) }), KNOWN)).toBeNull();
  });
});

describe("provesSerial", () => {
  it("believes relay once the chain was looked at, and nobody else", () => {
    const proves = (reader: "relay" | "nginx-error") =>
      FailureClass.options.filter((failure) => provesSerial(refused(failure, { reader })));
    const after = ["wrong-key-version", "bad-api-key", "forbidden-scope"];
    expect(proves("nginx-error")).toEqual([]);
    expect(proves("relay")).toEqual(["expired", "not-yet-valid", "revoked", "wrong-purpose", ...after]);
  });
});

describe("isCaller", () => {
  it("looks at networks of both families, and keeps them apart", () => {
    const known = { ...KNOWN, callers: ["10.10.0.0/16", "fd00:10::/64"] };
    const inside = ["10.10.0.0", "10.10.255.255", "fd00:10::7"];
    const outside = ["10.9.255.255", "10.11.0.0", "fd00:10:0:1::7", "::a0a:7", "no address"];
    expect(inside.every((source) => isCaller(source, known))).toBe(true);
    expect(outside.some((source) => isCaller(source, known))).toBe(false);
  });
});

describe("tunnelOf", () => {
  it("is the link's name of the tunnel, and nothing for a tunnel of somebody else", () => {
    expect(tunnelOf(refused("ike-authentication", { tunnel: TUNNEL_IP }), KNOWN)).toBe("one-a");
    expect(tunnelOf(refused("ike-authentication", { tunnel: "198.51.100.99" }), KNOWN)).toBeNull();
    expect(tunnelOf(refused("ike-authentication"), KNOWN)).toBeNull();
  });
});
