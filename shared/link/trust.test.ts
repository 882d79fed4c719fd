import { describe, expect, it } from "vitest";
import { CERTIFICATE, faultsOf, linkWith } from "../../local/testing/links.ts";
import { parseLink } from "./load.ts";

const readers = ["arn:aws:iam::123456789012:role/relay"];
const arn = (id: string, region = "eu-west-2") =>
  `arn:aws:acm-pca:${region}:123456789012:certificate-authority/${id.repeat(8)}-0000-0000-0000-000000000000`;
const trusting = (changes: Readonly<Record<string, unknown>> = {}) =>
  linkWith({ "relay.certificate": { readers }, trust: {}, ...changes });

describe("a link's trust", () => {
  it("fills in every default, in seconds", () => {
    expect(parseLink(trusting()).trust).toEqual({
      relay: { proof: "observed" },
      bunnies: { proof: "observed" },
      timing: {
        ...{ lateSeconds: 300, heardWithinSeconds: 300, missedSeconds: 86_400 },
        ...{ settledSeconds: 600, closedSeconds: 1_200 },
      },
    });
  });

  it("takes other times, another proof, and readers of its own", () => {
    const trust = {
      relay: { proof: { after: "2 hours" } },
      readers,
      missedFor: "2 hours",
      logWithin: "1 second",
      settleFor: "1 second",
      heardWithin: "2 minutes",
      closeFor: "601 seconds",
    };
    expect(parseLink(trusting({ trust })).trust).toMatchObject({
      relay: { proof: { after: 7_200 } },
      readers,
      timing: {
        ...{ lateSeconds: 1, settledSeconds: 1 },
        ...{ heardWithinSeconds: 120, missedSeconds: 7_200, closedSeconds: 601 },
      },
    });
  });

  it("takes a next CA and one for need, to create or to adopt", () => {
    const { certificateAuthority } = parseLink(
      trusting({
        "certificateAuthority.next": { commonName: "Next" },
        "certificateAuthority.failover": { adopt: arn("1") },
      }),
    );
    expect(certificateAuthority).toMatchObject({
      next: { commonName: "Next", lifetimeSeconds: 315_360_000 },
      failover: { adopt: arn("1") },
    });
  });

  it.each<[string, unknown, string]>([
    [
      "a relay whose certificate bunny would refuse",
      linkWith({ "relay.readers": readers, trust: {} }),
      "relay.certificate: is missing, and bunny would refuse the one that relay has: with trust it takes relay's certificate from the link's CAs alone. Add relay.certificate: { readers }, or leave trust out",
    ],
    [
      "a next CA that nobody is told of",
      linkWith({ "certificateAuthority.next": { commonName: "Next" } }),
      "certificateAuthority.next: needs trust, by which relay and bunny learn of it: add trust: {}",
    ],
    [
      "one CA twice",
      trusting({
        "certificateAuthority.next": { adopt: arn("1") },
        "certificateAuthority.failover": { adopt: arn("1") },
      }),
      "certificateAuthority.failover.adopt: is also certificateAuthority.next.adopt: name another CA",
    ],
    [
      "a CA of another region",
      trusting({ "certificateAuthority.next": { adopt: arn("1", "us-east-1") } }),
      "certificateAuthority.next.adopt: is in us-east-1, but aws.region is eu-west-2: adopt a CA of that region",
    ],
    [
      "a CA that is neither",
      trusting({ "certificateAuthority.next": {} }),
      'certificateAuthority.next: either adopts or creates a CA: write { adopt: "arn:…" } or { commonName, lifetime }, not both',
    ],
    [
      "a next CA that ends before a certificate",
      trusting({
        "certificateAuthority.next": { commonName: "Next", lifetime: "5 days" },
        "relay.certificate": { readers, lifetime: "4 days" },
      }),
      `${CERTIFICATE}.lifetime: 7 days does not end before the CA, which lives for 5 days: shorten it, or lengthen certificateAuthority.next.lifetime`,
    ],
    [
      "replicas that are forgotten while they are there",
      trusting({ trust: { missedFor: "1 minute" } }),
      "trust.missedFor: 1 minute is under 5 minutes, which is trust.heardWithin, so a replica would be forgotten while it is there: lengthen it",
    ],
    [
      "replicas that are gone between two words of theirs",
      trusting({ trust: { heardWithin: "119 seconds" } }),
      "trust.heardWithin: 1 minute 59 seconds is under 2 minutes, and each replica is heard once a minute: lengthen it",
    ],
    [
      "a rest that ends before the log tells who has started",
      trusting({ trust: { settleFor: "299 seconds" } }),
      "trust.settleFor: 4 minutes 59 seconds is under 5 minutes, which is trust.logWithin, so one that starts with the bundle before might not be in relay's log yet: lengthen it",
    ],
    [
      "a CA that leaves while a renewal may issue from it",
      trusting({ trust: { closeFor: "10 minutes" } }),
      "trust.closeFor: 10 minutes is under 10 minutes 1 second, within which a renewal may still issue from that CA: lengthen it",
    ],
    [
      "a certificate of the bundle's name",
      trusting({ [`${CERTIFICATE}.name`]: "Trust-Bundle" }),
      `${CERTIFICATE}.name: "trust-bundle" is the name under which the trust bundle is in the vault: choose another`,
    ],
    [
      "a proof that would hold up every change",
      trusting({ trust: { relay: { proof: "manual" } } }),
      'trust.relay.proof: must be "observed" or { after: "2 hours" }',
    ],
  ])("refuses %s", (_what, link, fault) => {
    expect(faultsOf(link)).toEqual([fault]);
  });
});
