import { describe, expect, it } from "vitest";
import { planNetworkSecurityGroup } from "./nsg-plan.ts";
import { ALLOW, BUNNY, END, groupOf, NOW, OFFICE, OPEN, observe, written } from "./test-nsg-plan.ts";

const plan = (
  observed: Parameters<typeof planNetworkSecurityGroup>[0]["observed"],
  untouchable: readonly string[],
  lastApplied = [BUNNY],
) =>
  planNetworkSecurityGroup({
    link: "lab",
    desired: groupOf(),
    observed,
    consent: { shrinkMax: 0, lastApplied, accepted: null },
    now: NOW,
    untouchable: new Set(untouchable),
  });
const WIDE = observe("wide", 250, { sourceAddressPrefix: "10.10.0.0/16" });

describe("planNetworkSecurityGroup, of rules that may not be touched", () => {
  it("leaves an unwanted one where it is, closes the others, and tells of it all the same", () => {
    const other = observe("other", 301, { sourceAddressPrefix: "*", destinationPortRange: "23" });
    const planned = plan([ALLOW, OPEN, other, END], ["open"]);
    expect(written(planned)).toEqual(["delete other: unwanted"]);
    expect(planned.drift).toMatchObject([{ observed: { name: "open" } }, { observed: { name: "other" } }]);
  });

  it("relies on none of them: what carries a wanted flow beside one goes only after another rule for it", () => {
    const planned = plan([ALLOW, WIDE, END], ["allow-bunny"]);
    expect(written(planned)).toEqual(["allow at 1000: missing", "delete wide: unwanted"]);
    expect(planned.drift).toMatchObject([{ observed: { name: "wide" } }]);
  });

  it("writes no second rule for one of its own that is on its way", () => {
    const own = planNetworkSecurityGroup({
      link: "lab",
      desired: groupOf(),
      observed: [END],
      consent: { shrinkMax: 0, lastApplied: [BUNNY], accepted: null },
      now: NOW,
    });
    const [first] = own.changes;
    const name = first?.name.toLowerCase() ?? "";
    expect(plan([END], [name]).changes).toEqual([]);
    expect(plan([END], [name]).troubles).toEqual([]);
  });

  it("still holds what a smaller link would close by one of them", () => {
    const office = observe("office", 300, { sourceAddressPrefix: "192.0.2.0/24" });
    expect(plan([ALLOW, office, END], ["office"], [BUNNY, OFFICE]).awaitingConsent).toEqual([OFFICE]);
  });
});
