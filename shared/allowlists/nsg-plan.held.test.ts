/** What stays open until a person agrees to its end, by direction. */
import { describe, expect, it } from "vitest";
import { ALLOW, ANY, BUNNY, deny, END, NOW, OFFICE, observe, planOf, rule } from "./test-nsg-plan.ts";

const outbound = { direction: "Outbound", sourceAddressPrefix: "*" } as const;
const END_OUT = deny("end-out", 4_096, { ...ANY, ...outbound });
const OFFICE_OUT = rule("192.0.2.0/24", { direction: "out" });
const officeIn = observe("office", 300, { sourceAddressPrefix: "192.0.2.0/24" });
const officeOut = observe("office-out", 300, { ...outbound, destinationAddressPrefix: "192.0.2.0/24" });
const consent = (...lastApplied: readonly (typeof OFFICE)[]) => ({ lastApplied: [BUNNY, ...lastApplied] });

describe("planNetworkSecurityGroup, of what the link wanted last", () => {
  const both: ("in" | "out")[] = ["in", "out"];

  it("holds it in the direction in which it is open, and in no other", () => {
    const observed = [ALLOW, END, officeOut, END_OUT];
    const heldOf = (...last: readonly (typeof OFFICE)[]) =>
      planOf(observed, { group: { directions: both }, consent: consent(...last) }).awaitingConsent;
    expect(heldOf(OFFICE_OUT)).toEqual([OFFICE_OUT]);
    expect(heldOf(OFFICE)).toEqual([]);
    const inside = planOf([ALLOW, officeIn, END, END_OUT], {
      group: { directions: both },
      consent: consent(OFFICE_OUT),
    });
    expect(inside.awaitingConsent).toEqual([]);
  });

  it("holds nothing of a direction that the group does not look after, nor what no NSG can say", () => {
    const ping = rule("10.10.1.0/24", { protocol: "icmp", ports: { from: 2_048, to: 2_048 } });
    expect(planOf([ALLOW, END], { consent: consent(OFFICE_OUT, ping) })).toMatchObject({
      ...{ changes: [], awaitingConsent: [], refused: null },
    });
  });

  it("holds what was wanted in one direction though an exception for the like is over in the other", () => {
    const over = { rule: OFFICE_OUT, author: "alice", reason: "move", until: NOW };
    const given = {
      group: { directions: both, exceptions: [over] },
      consent: consent(OFFICE),
    };
    expect(planOf([ALLOW, officeIn, END, END_OUT], given).awaitingConsent).toEqual([OFFICE]);
  });

  it("holds what Azure's default rules may let pass where all rules are ours and nothing ends the direction", () => {
    expect(planOf([ALLOW], { consent: consent(OFFICE) }).awaitingConsent).toEqual([OFFICE]);
    expect(planOf([ALLOW, END], { consent: consent(OFFICE) }).awaitingConsent).toEqual([]);
    const shared = { group: { own: "marked" }, consent: consent(OFFICE) } as const;
    expect(planOf([ALLOW], shared).awaitingConsent).toEqual([]);
  });

  it("closes no part of it that is open to shut many others at once: those go one by one", () => {
    const many = Array.from({ length: 6 }, (_, index) =>
      observe(`bad-${index}`, 220 + index, { sourceAddressPrefix: "*", destinationPortRange: "22" }),
    );
    const half = deny("half", 290, { sourceAddressPrefix: "192.0.2.0/25" });
    const plan = planOf([ALLOW, ...many, half, officeIn, END], { consent: consent(OFFICE) });
    expect(plan.awaitingConsent).toEqual([OFFICE]);
    expect(plan.changes.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
      many.map(({ name }) => `delete ${name}`),
    );
  });
});
