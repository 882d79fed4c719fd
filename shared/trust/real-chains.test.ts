/** A change of CA with real certificates: what the plan publishes, relay's and bunny's TLS accept and refuse. */
import { describe, expect, it } from "vitest";
import { startWorld } from "../../local/relay/test-world.ts";
import { type Ca, issue, makeCa } from "../../local/testing/certificates.ts";
import { call } from "../../local/testing/mutual-tls.ts";
import { readAuthority } from "./authority.ts";
import { parseBundle, writeBundle } from "./document.ts";
import { planTrust } from "./plan.ts";
import type { TrustBundle } from "./schema.ts";
import type { DesiredTrust, ObservedTrust } from "./state.ts";
import { bundleOf, desired as fixed, leafOf, NOW, running } from "./test-trust.ts";

/** One below a root, the other a root itself: a link may go from either kind to the other. */
async function makeCas() {
  const root = await makeCa({ commonName: "Old Root" });
  const old = await makeCa({ commonName: "Old CA", parent: root });
  const next = await makeCa({ commonName: "Next CA" });
  return {
    old: { ca: old, facts: readAuthority(old.certificatePem + root.certificatePem) },
    next: { ca: next, facts: readAuthority(next.certificatePem) },
  };
}

const clientOf = async (ca: Ca) =>
  await issue(ca, { commonName: "bunny", dnsNames: ["bunny.example"], usages: ["clientAuth"] });
const serverOf = async (ca: Ca) =>
  await issue(ca, { commonName: "relay", dnsNames: ["relay.example"], usages: ["serverAuth"] });

/** What is published, read as a workload reads it. */
function nextBundle(desired: DesiredTrust, observed: ObservedTrust): TrustBundle {
  const [step] = planTrust(desired, observed, NOW).steps;
  if (step === undefined) throw new Error("nothing is published");
  return parseBundle(writeBundle(step.bundle));
}

const pemOf = ({ authorities }: TrustBundle) => authorities.map(({ pem }) => pem).join("");

async function phases() {
  const { old, next } = await makeCas();
  const desired = { ...fixed, issuing: old.facts, next: next.facts };
  const leavesOf = (ca: { readonly id: string }) => [leafOf("bunny-client", ca), leafOf("relay-server", ca)];
  const before = bundleOf(1, [old.facts]);
  const both = nextBundle(desired, running(before, { leaves: leavesOf(old.facts) }));
  const closing = nextBundle(desired, running(both, { leaves: leavesOf(next.facts) }));
  const rested = bundleOf(
    closing.number,
    closing.authorities.map((ca) => ({ ...ca, closedAt: ca.closedAt === null ? null : NOW - 1_200 })),
  );
  const after = nextBundle(desired, running(rested, { leaves: leavesOf(next.facts) }));
  return { old, next, bundles: { before, both, closing, after } };
}

describe("the bundle of each phase of a change of CA", () => {
  it("lets in bunny, and bunny lets itself be answered by relay, with exactly the CAs of that phase", async () => {
    const { old, next, bundles } = await phases();
    const clients = { old: await clientOf(old.ca), next: await clientOf(next.ca) };
    const servers = { old: await serverOf(old.ca), next: await serverOf(next.ca) };
    const seen: Record<string, string[]> = {};
    for (const [phase, bundle] of Object.entries(bundles)) {
      seen[phase] = [];
      for (const [server, serverCertificate] of Object.entries(servers)) {
        const trustBundle = { version: bundle.version, pem: pemOf(bundle) };
        const { relay } = await startWorld({ serverCertificate, trustBundle });
        for (const [client, certificate] of Object.entries(clients)) {
          const outcome = await call({
            ...{ port: relay.port, servername: "relay.example", ca: pemOf(bundle) },
            ...{ client: certificate, path: "/jobs/poll" },
          });
          if (outcome.kind === "answered") seen[phase].push(`${client} at ${server}`);
        }
      }
    }

    const all = ["old at old", "next at old", "old at next", "next at next"];
    expect(seen).toEqual({ before: ["old at old"], both: all, closing: all, after: ["next at next"] });
  });

  it("holds the CAs that it should", async () => {
    const { old, next, bundles } = await phases();
    const held = ({ authorities }: TrustBundle) =>
      Object.fromEntries(authorities.map(({ id, closedAt }) => [id, closedAt]));

    expect(held(bundles.both)).toEqual({ [old.facts.id]: null, [next.facts.id]: null });
    expect(held(bundles.closing)).toEqual({ [old.facts.id]: NOW, [next.facts.id]: null });
    expect(held(bundles.after)).toEqual({ [next.facts.id]: null });
  });
});
