import { beforeAll, describe, expect, it } from "vitest";
import { createModel } from "../../local/model/brain.ts";
import { modelCopyStore } from "../../local/model/copy-store.ts";
import { linkOf } from "../../local/model/link.ts";
import { makeCa } from "../../local/testing/certificates.ts";
import { bunnyCertificates } from "../certificates/desired.ts";
import { placesOf } from "../certificates/hand.ts";
import { splitPem } from "../certificates/pem.ts";
import { ConfigError } from "../runtime/errors.ts";
import { readAuthority } from "./authority.ts";
import { pinnedCas, pinnedIn, pinsOf } from "./pins.ts";
import { placesOfBunnies } from "./places.ts";

let issuing: string[];
let next: string[];
let failover: string[];
beforeAll(async () => {
  const root = await makeCa({ commonName: "Root" });
  const chainOf = async (commonName: string) => {
    const ca = await makeCa({ commonName, parent: root });
    return splitPem(ca.certificatePem + root.certificatePem);
  };
  [issuing, next, failover] = [await chainOf("Old"), await chainOf("Next"), await chainOf("Failover")];
});
const facts = (pems: readonly string[]) => readAuthority(pems.join("\n"));

describe("pinsOf", () => {
  it("has the link issue from its one CA, when there is no other", () => {
    expect(pinsOf({ issuing })).toEqual({ staying: [facts(issuing)], outgoing: null });
  });

  it("has it issue from the next one and the one for need, and leave the one that issues now", () => {
    const pins = pinsOf({ issuing, next, failover });
    expect(pins).toEqual({ staying: [facts(next), facts(failover)], outgoing: facts(issuing) });
    expect(pinnedIn(pins)).toEqual([facts(next), facts(failover), facts(issuing)]);
  });

  it("knows each CA as the plan of the trust does", () => {
    const ids = pinnedCas({ issuing, next, failover }).map(({ id }) => id);
    expect(ids).toEqual([issuing, next, failover].map((pems) => facts(pems).id));
    expect(pinnedCas({ issuing }).map(({ chain }) => chain.length)).toEqual([2]);
  });

  it("fails at once for a chain that no bundle can hold", () => {
    const turned = issuing.toReversed();
    expect(() => pinsOf({ issuing: turned })).toThrow(ConfigError);
    expect(() => pinsOf({ issuing: turned })).toThrow(
      "a pinned CA cannot be in a trust bundle: certificate 1",
    );
  });
});

describe("placesOfBunnies", () => {
  it("gives each bunny its own vault and its own certificates, and one without a vault no place", async () => {
    const { vault } = await createModel();
    const link = linkOf({ one: [{}], two: [{ name: "other-client" }], three: [{ name: "third-client" }] });
    const certificates = placesOf(bunnyCertificates(link), () => vault);
    const stores = new Map(["one", "two", "stranger"].map((name) => [name, modelCopyStore(() => 0)]));
    const places = placesOfBunnies(link, stores, certificates);
    expect([...places].map(([name, place]) => [name, [...place.certificates.keys()]])).toEqual([
      ["one", ["bunny-client"]],
      ["two", ["other-client"]],
    ]);
    expect(places.get("two")?.store).toBe(stores.get("two"));
  });
});
