import { beforeAll, describe, expect, it } from "vitest";
import { type Ca, issue, makeCa } from "../../local/testing/certificates.ts";
import { type CaFacts, readAuthority } from "./authority.ts";
import { hasIssued } from "./hand.ts";
import { type BundleRules, type CurrentLeaf, findBundleFault } from "./judge.ts";
import { NUMBER_MAX, NUMBER_STEP_MAX, type RevokedSerial, type TrustBundle, toBundle } from "./schema.ts";

const NOW = 1_795_248_000;
const DAY = 86_400;
const at = (seconds: number) => new Date((NOW + seconds) * 1000);
const YEARS = 10 * 365 * DAY;
const life = { notBefore: at(-3_600), notAfter: at(YEARS) };

interface Known {
  readonly ca: Ca;
  readonly facts: CaFacts;
}

let root: Ca;
let old: Known;
let next: Known;
let spare: Known;
let rogue: Known;

async function make(commonName: string, parent?: Ca): Promise<Known> {
  const ca = await makeCa({ ...life, commonName, ...(parent === undefined ? {} : { parent }) });
  return { ca, facts: readAuthority(ca.certificatePem + (parent?.certificatePem ?? "")) };
}

beforeAll(async () => {
  root = await makeCa({ ...life, commonName: "Root" });
  old = await make("Old", root);
  next = await make("Next");
  spare = await make("Spare");
  rogue = await make("Next");
});

interface Entry {
  readonly of: Known;
  readonly closedAt?: number | null;
}
const bundleOf = (number: number, entries: readonly Entry[], revoked: RevokedSerial[] = []): TrustBundle =>
  toBundle({
    number,
    authorities: entries.map(({ of, closedAt = null }) => ({ ...of.facts, since: 1, closedAt })),
    revoked,
  });
const closed = (of: Known): Entry => ({ of, closedAt: NOW - DAY });

async function leafOf({ ca }: Known, notAfter = NOW + DAY): Promise<CurrentLeaf> {
  const { der, serial } = await issue(ca, {
    ...{ commonName: "bunny.example.com", usages: ["clientAuth"] },
    ...{ notBefore: at(-3_600), notAfter: new Date(notAfter * 1000) },
  });
  return { certificate: "bunny-client", serial, notAfter, isFrom: (one) => hasIssued(one, der) };
}

/** The old CA is being left for the next one, and both were published. */
const during = (changes: Partial<BundleRules> = {}): BundleRules => ({
  pins: { staying: [next.facts], outgoing: old.facts },
  before: bundleOf(7, [{ of: old }, { of: next }]),
  numbers: { current: 7, highest: 7 },
  leaves: [],
  ...changes,
});
/** The link names the new one alone. */
const left = (changes: Partial<BundleRules> = {}): BundleRules =>
  during({ pins: { staying: [next.facts], outgoing: null }, ...changes });

const check = (bundle: TrustBundle, rules: BundleRules) => findBundleFault(bundle, rules, NOW);

describe("findBundleFault", () => {
  it("finds nothing in each bundle of a change of CA, in its order", () => {
    const alone: BundleRules = {
      ...{ pins: { staying: [old.facts], outgoing: null }, before: null, leaves: [] },
      numbers: { current: 0, highest: 0 },
    };
    expect(check(bundleOf(1, [{ of: old }]), alone)).toBeNull();
    expect(check(bundleOf(8, [{ of: old }, { of: next }]), during())).toBeNull();
    expect(check(bundleOf(8, [closed(old), { of: next }]), during())).toBeNull();
    expect(check(bundleOf(8, [{ of: next }]), during())).toBeNull();
    expect(check(bundleOf(8, [closed(old), { of: next }]), left())).toBeNull();
    expect(check(bundleOf(8, [{ of: next }]), left())).toBeNull();
  });

  describe("does not trust", () => {
    const stranger = { reason: "chain-not-trusted" };

    it("a CA that came with no deployment, open or closed, beside those that did", () => {
      expect(check(bundleOf(8, [{ of: next }, { of: rogue }]), during())).toEqual({
        ...stranger,
        detail: `it has the CA ${rogue.facts.id.slice(0, 16)}, which is neither pinned here nor closed and published before`,
      });
      expect(check(bundleOf(8, [{ of: next }, closed(rogue)]), during())).toMatchObject(stranger);
    });

    it("one in the place of a pinned CA of the same name", () => {
      expect(check(bundleOf(8, [{ of: rogue }]), during())).toMatchObject(stranger);
    });

    it("one that was published before, is pinned no more, and would be open", () => {
      expect(check(bundleOf(8, [{ of: old }, { of: next }]), left())).toMatchObject(stranger);
    });

    it("one that is closed and was never published", () => {
      expect(check(bundleOf(8, [closed(spare), { of: next }]), left())).toMatchObject(stranger);
      expect(check(bundleOf(8, [closed(old), { of: next }]), left({ before: null }))).toMatchObject(stranger);
    });

    it("a pinned CA with another chain above it, or with none", () => {
      const cut = { ca: old.ca, facts: readAuthority(old.ca.certificatePem) };
      expect(check(bundleOf(8, [{ of: cut }, { of: next }]), during())).toMatchObject(stranger);
      const before = bundleOf(7, [{ of: old }, { of: next }]);
      expect(check(bundleOf(8, [closed(cut), { of: next }]), left({ before }))).toMatchObject(stranger);
    });
  });

  it("refuses one without a CA that the link issues from, or with it closed", () => {
    const pins = { staying: [next.facts, spare.facts], outgoing: old.facts };
    const detail = `it lacks the CA ${spare.facts.id.slice(0, 16)}, or has it closed, and the link issues from it`;
    expect(check(bundleOf(8, [{ of: next }]), during({ pins }))).toEqual({ reason: "ca-missing", detail });
    expect(check(bundleOf(8, [{ of: next }, closed(spare)]), during({ pins }))).toMatchObject({
      reason: "ca-missing",
    });
    expect(check(bundleOf(8, [{ of: old }]), during())).toMatchObject({ reason: "ca-missing" });
    expect(check(bundleOf(8, [{ of: next }, { of: spare }]), during({ pins }))).toBeNull();
  });

  describe("with a certificate that is current in the vault", () => {
    const inUse = { reason: "ca-in-use" };

    it("refuses to lose the CA of it, pinned or only published before", async () => {
      const leaves = [await leafOf(old)];
      expect(check(bundleOf(8, [{ of: next }]), during({ leaves }))).toEqual({
        ...inUse,
        detail: `it lacks the CA ${old.facts.id.slice(0, 16)}, which has issued the current bunny-client`,
      });
      expect(check(bundleOf(8, [{ of: next }]), during({ leaves, before: null }))).toMatchObject(inUse);
      expect(check(bundleOf(8, [{ of: next }]), left({ leaves }))).toMatchObject(inUse);
      expect(check(bundleOf(8, [closed(old), { of: next }]), left({ leaves }))).toBeNull();
    });

    it("refuses it for any of them, whichever comes first", async () => {
      const leaves = [await leafOf(next), await leafOf(old)];
      expect(check(bundleOf(8, [{ of: next }]), during({ leaves }))).toMatchObject(inUse);
    });

    it("lets the CA go once the certificate has ended, clocks aside", async () => {
      const goes = (leaf: CurrentLeaf) => check(bundleOf(8, [{ of: next }]), during({ leaves: [leaf] }));
      expect(goes(await leafOf(old, NOW - 299))).toMatchObject(inUse);
      expect(goes(await leafOf(old, NOW - 300))).toBeNull();
    });

    it("refuses to revoke it, unless that was published before", async () => {
      const leaf = await leafOf(next);
      const revoked = [{ serial: leaf.serial, until: NOW + DAY }];
      const bundle = bundleOf(8, [{ of: next }], revoked);
      expect(check(bundle, during({ leaves: [leaf] }))).toEqual({
        reason: "revokes-current",
        detail: `it revokes ${leaf.serial}, the current bunny-client`,
      });
      const before = bundleOf(7, [{ of: next }], revoked);
      expect(check(bundle, during({ leaves: [leaf], before }))).toBeNull();
      expect(check(bundle, during({ leaves: [await leafOf(next)] }))).toBeNull();
    });
  });

  describe("with something revoked", () => {
    const had = (until: number) => bundleOf(7, [{ of: next }], [{ serial: "abc", until }]);
    const lost = { reason: "revocation-lost", detail: "it lets in abc again, which has not ended" };

    it("refuses to let it in again before it has ended, to the second", () => {
      expect(check(bundleOf(8, [{ of: next }]), during({ before: had(NOW + 1) }))).toEqual(lost);
      expect(check(bundleOf(8, [{ of: next }]), during({ before: had(NOW) }))).toBeNull();
    });

    it("refuses to let it in again any sooner than was published", () => {
      const sooner = bundleOf(8, [{ of: next }], [{ serial: "abc", until: NOW + DAY - 1 }]);
      expect(check(sooner, during({ before: had(NOW + DAY) }))).toEqual(lost);
    });

    it("refuses it in favour of another serial", () => {
      const other = bundleOf(8, [{ of: next }], [{ serial: "abd", until: NOW + DAY }]);
      expect(check(other, during({ before: had(NOW + DAY) }))).toEqual(lost);
    });

    it("takes more of them, for as long as a leaf can live", () => {
      const end = next.facts.notAfter + 300;
      const with_ = (until: number) => bundleOf(8, [{ of: next }], [{ serial: "abd", until }]);
      expect(check(with_(end), during({ before: null }))).toBeNull();
      expect(check(with_(end + 1), during({ before: null }))).toEqual({
        reason: "revocation-too-long",
        detail: "it refuses abd beyond the end of every CA",
      });
    });

    it("keeps one whose end was that of a CA which has left since", () => {
      const end = next.facts.notAfter + DAY;
      const kept = bundleOf(8, [{ of: next }], [{ serial: "abc", until: end }]);
      expect(check(kept, during({ before: had(end) }))).toBeNull();
    });
  });

  describe("by its number", () => {
    const one = (number: number) => bundleOf(number, [{ of: next }]);
    const outOfLine = { reason: "number-out-of-line" };

    it("refuses an earlier one, and another one of the same number", () => {
      expect(check(one(7), during())).toEqual({
        ...outOfLine,
        detail: "its number is 7, and 7 is in the vault",
      });
      expect(check(one(6), during())).toMatchObject(outOfLine);
      expect(check(one(8), during())).toBeNull();
    });

    it("refuses one so far ahead that numbers would come to an end", () => {
      expect(check(one(7 + NUMBER_STEP_MAX), during())).toBeNull();
      expect(check(one(8 + NUMBER_STEP_MAX), during())).toMatchObject(outOfLine);
      expect(check(one(NUMBER_MAX), during())).toMatchObject(outOfLine);
    });

    it("takes up what was published last when the vault has none any more", () => {
      const numbers = { current: 0, highest: 50_000 };
      expect(check(one(50_001), during({ numbers }))).toBeNull();
      expect(check(one(3), during({ numbers }))).toBeNull();
    });
  });
});
