/**
 * The deployed hand's part in the trust, as a caller in AWS meets it: over TLS, with the roles that were deployed. The
 * caller here has the very role that publishes, and means no good.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Endpoint } from "../../../shared/azure-api/contract.ts";
import { type CaFacts, readAuthority } from "../../../shared/trust/authority.ts";
import { writeBundle } from "../../../shared/trust/document.ts";
import { NUMBER_MAX, type RevokedSerial, type TrustBundle, toBundle } from "../../../shared/trust/schema.ts";
import { makeCa } from "../../testing/certificates.ts";
import { deployed } from "../deployed.ts";
import { handOf } from "../hand-as.ts";
import type { Stack } from "../stack.ts";

const DAY = 86_400;
const now = () => Math.floor(Date.now() / 1_000);

interface Entry {
  readonly of: CaFacts;
  readonly closedAt?: number;
}
const bundleOf = (number: number, cas: readonly Entry[], revoked: RevokedSerial[] = []): TrustBundle =>
  toBundle({
    number,
    authorities: cas.map(({ of, closedAt = null }) => ({ ...of, since: 1, closedAt })),
    revoked,
  });

/** The last of these freezes the link. */
export function promiseHandOfTrust(stack: () => Stack): void {
  let issuing: CaFacts;
  let next: CaFacts;
  let failover: CaFacts;
  beforeAll(() => {
    const { certificateAuthority, furtherAuthorities } = stack().graph;
    const [one, two] = furtherAuthorities;
    const read = (arn = "") => readAuthority(stack().aws.caCertificate(arn));
    [issuing, next, failover] = [read(certificateAuthority.arn), read(one?.arn), read(two?.arn)];
  });

  const hand = () => handOf(stack(), "PublishTrust");

  const all = (): Entry[] => [issuing, next, failover].map((of) => ({ of }));

  const vault = () => {
    const [declared] = stack().graph.vaults;
    if (declared === undefined) throw new Error("the deployment has no vault");
    return stack().azure.keyVaults.vault(declared.name);
  };
  const inVault = () => vault().secrets.get("trust-bundle")?.versions.at(-1);
  const publish = (bundle: TrustBundle, replaces = inVault()?.id ?? null) =>
    hand()("trust.publish", { name: "bunny", bundle: writeBundle(bundle), replaces });
  const refusal = (reason: string) => ({ outcome: "refused", reason });

  async function current() {
    const answer = await hand()("certificates.observe", { names: ["bunny-client"] });
    if (answer.outcome !== "observed") throw new Error("the hand refused to look");
    return answer.certificates.flatMap((one) =>
      "current" in one && one.current !== null ? [one.current] : [],
    );
  }

  describe("the deployed hand, of the trust", () => {
    it("pins the CAs that were deployed, and finds no bundle yet", async () => {
      expect(await hand()("trust.observe", { names: ["bunny"] })).toEqual({
        ...{ outcome: "observed", pinned: [next.id, failover.id, issuing.id] },
        copies: [{ name: "bunny", copy: { kind: "absent" } }],
      });
    });

    it.each<[string, Endpoint, object]>([
      ["RenewCertificates", "trust.observe", { names: ["bunny"] }],
      ["RenewCertificates", "trust.publish", { name: "bunny", bundle: "{}", replaces: null }],
      ["PublishTrust", "certificates.request", { name: "bunny-client", expectedVersion: null }],
      ["PublishTrust", "control.freeze", { frozen: false, reason: "", at: 1 }],
    ])("does not let %s call %s", async (name, endpoint, body) => {
      const caller = handOf(stack(), name);
      await expect(Reflect.apply(caller, undefined, [endpoint, body])).rejects.toMatchObject({
        code: "role-not-allowed",
      });
    });

    it("lets whoever publishes look at the certificates, and merge none", async () => {
      expect(await hand()("certificates.observe", { names: ["bunny-client"] })).toMatchObject({
        outcome: "observed",
      });
      const merge = { name: "bunny-client", requestId: "x", chain: ["x"] };
      await expect(hand()("certificates.merge", merge)).rejects.toMatchObject({ code: "role-not-allowed" });
    });

    it("publishes no CA that no deployment brought, however it is dressed up", async () => {
      const rogue = readAuthority((await makeCa({ commonName: "Next Example CA" })).certificatePem);
      expect(await publish(bundleOf(1, [...all(), { of: rogue }]))).toMatchObject(
        refusal("chain-not-trusted"),
      );
      const closed = { of: rogue, closedAt: now() - DAY };
      expect(await publish(bundleOf(1, [...all(), closed]))).toMatchObject(refusal("chain-not-trusted"));
      expect(await publish(bundleOf(1, [{ of: rogue }]))).toMatchObject(refusal("chain-not-trusted"));
      const forged = writeBundle(bundleOf(1, all())).replace(issuing.id, rogue.id);
      const sent = hand()("trust.publish", { name: "bunny", bundle: forged, replaces: null });
      await expect(sent).rejects.toMatchObject({ code: "bad-request" });
      expect(inVault()).toBeUndefined();
    });

    it("publishes what it pins, which bunny can read, and notes that it did", async () => {
      const bundle = bundleOf(1, all());
      expect(await publish(bundle)).toMatchObject({ outcome: "published" });
      expect(inVault()).toMatchObject({ value: writeBundle(bundle), enabled: true });
      const collected = await handOf(stack(), "WatchTunnels")("notes.collect", { after: null });
      const noted = expect.objectContaining({ act: "trust.publish", target: "bunny", outcome: "published" });
      expect(collected).toMatchObject({ notes: expect.arrayContaining([noted]) });
    });

    it("goes back on nothing: no CA that is needed, no revocation, no number", async () => {
      const revoked = [{ serial: "abc", until: now() + DAY }];
      expect(await publish(bundleOf(2, all(), revoked))).toMatchObject({ outcome: "published" });
      expect(await publish(bundleOf(3, all()))).toMatchObject(refusal("revocation-lost"));
      expect(await publish(bundleOf(3, [{ of: issuing }], revoked))).toMatchObject(refusal("ca-missing"));
      expect(await publish(bundleOf(2, [{ of: next }, { of: failover }], revoked))).toMatchObject(
        refusal("number-out-of-line"),
      );
      const last = bundleOf(NUMBER_MAX, all(), revoked);
      expect(await publish(last)).toMatchObject(refusal("number-out-of-line"));
      expect(await publish(bundleOf(3, all(), revoked), null)).toMatchObject(refusal("observation-stale"));
      expect(JSON.parse(inVault()?.value ?? "{}")).toMatchObject({ number: 2 });
    });

    it("keeps the CA of what is current in the vault, and its serial", async () => {
      await deployed(stack(), "RenewCertificates").invoke({});
      const [seen] = await current();
      expect(seen).toMatchObject({ issuer: issuing.id });
      const revoked = [{ serial: "abc", until: JSON.parse(inVault()?.value ?? "{}").revoked[0].until }];
      const without = bundleOf(3, [{ of: next }, { of: failover }], revoked);
      expect(await publish(without)).toMatchObject(refusal("ca-in-use"));
      const own = { serial: seen?.serial ?? "", until: now() + DAY };
      expect(await publish(bundleOf(3, all(), [...revoked, own]))).toMatchObject(refusal("revokes-current"));
      const closing = bundleOf(
        3,
        [{ of: issuing, closedAt: now() }, { of: next }, { of: failover }],
        revoked,
      );
      expect(await publish(closing)).toMatchObject({ outcome: "published" });
    });

    it("publishes nothing while the link is frozen", async () => {
      const before = inVault()?.id;
      const sweeper = handOf(stack(), "WatchTunnels");
      await sweeper("control.freeze", { frozen: true, reason: "an audit", at: now() });
      const revoked = [{ serial: "abc", until: now() + 2 * DAY }];
      expect(await publish(bundleOf(4, all(), revoked))).toMatchObject(refusal("frozen"));
      expect(inVault()?.id).toBe(before);
    });
  });
}
