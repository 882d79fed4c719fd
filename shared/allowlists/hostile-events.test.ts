/** Whatever an event holds, hearing it ends, throws nothing, and gives nothing longer than it may be. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { actorWords } from "./actor.ts";
import { attributionFacts, doingOf } from "./attribution-facts.ts";
import { hearCloudTrail, WATCHED_CALLS } from "./cloud-trail.ts";
import { hearEventGrid } from "./event-grid.ts";
import { ToldSeen } from "./group-report.ts";
import { toldSeen } from "./report-draft.ts";
import { type Heard, SeenChange } from "./seen.ts";
import {
  LISTENING,
  LOADER,
  OTHER_ACCOUNT,
  POD,
  RELAY,
  ROLE,
  SERVICE,
  SSO,
  trail,
  USER,
} from "./test-cloud-trail.ts";
import { ALICE, GUEST, grid, IDENTITY, NSG, LISTENING as NSGS } from "./test-event-grid.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 600 }),
  fc.constantFrom(RELAY, LOADER, NSG, "items", "-1"),
);
const anyValue = fc.oneof(
  anyText,
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
);

/** A known event with some of its places taken by whatever there may be. */
const spoiled = (whole: unknown): fc.Arbitrary<unknown> =>
  fc
    .array(fc.tuple(fc.nat(), anyValue), { minLength: 1, maxLength: 5 })
    .map((places) =>
      places.reduce<unknown>((event, [place, value]) => withValueAt(event, place, value), whole),
    );

function withValueAt(whole: unknown, place: number, value: unknown): unknown {
  if (typeof whole !== "object" || whole === null) return value;
  const entries = Object.entries(whole);
  const chosen = place % (entries.length + 1);
  // One place more than there are: the whole of it.
  if (chosen === entries.length) return place % 7 === 0 ? value : whole;
  const rest = Math.floor(place / (entries.length + 1));
  const changed = entries.map(([key, inner], index) => [
    key,
    index === chosen ? withValueAt(inner, rest, value) : inner,
  ]);
  return Array.isArray(whole) ? changed.map(([, inner]) => inner) : Object.fromEntries(changed);
}

const permission = {
  ipProtocol: "tcp",
  fromPort: 22,
  toPort: 22,
  groups: { items: [{ groupId: LOADER, userId: "111122223333" }] },
  ipRanges: { items: [{ cidrIp: "10.0.0.1/8", description: "x" }] },
};
const item = {
  securityGroupRuleId: "sgr-0aaaaaaaaaaaaaaa1",
  isEgress: true,
  ipProtocol: "-1",
  cidrIpv6: "::/0",
};
const modified = {
  SecurityGroupRuleId: "sgr-0aaaaaaaaaaaaaaa1",
  tag: 1,
  SecurityGroupRule: { IpProtocol: "17" },
};

const calls = fc
  .record({
    eventName: fc.constantFrom(...WATCHED_CALLS, "ReplaceRules"),
    userIdentity: fc.constantFrom<object>(ROLE, SSO, POD, USER, SERVICE, OTHER_ACCOUNT),
    responseElements: fc.constantFrom(
      { securityGroupRuleSet: { items: [item] } },
      { unknownIpPermissionSet: {} },
      null,
    ),
    requestParameters: fc.constantFrom<object>(
      { groupId: RELAY, ipPermissions: { items: [permission] } },
      { ModifySecurityGroupRulesRequest: { GroupId: RELAY, SecurityGroupRule: modified } },
    ),
  })
  .chain((detail) => spoiled(trail(detail)));
const writes = fc
  .record({
    claims: fc.constantFrom<object>(ALICE, GUEST, IDENTITY, {}),
    status: fc.constantFrom("Accepted", "Succeeded"),
  })
  .chain((data) => spoiled(grid(`${NSG}/securityRules/allow`, data)));

function expectBounded(heard: Heard): void {
  if (!heard.look || heard.change === null) return;
  expect(SeenChange.parse(heard.change)).toEqual(heard.change);
  expect(JSON.parse(JSON.stringify(heard.change))).toEqual(heard.change);
  expect(actorWords(heard.change.actor).length).toBeLessThanOrEqual(300);
  const told = ToldSeen.parse(toldSeen(heard.change));
  for (const { value } of attributionFacts([doingOf("likely", told)]))
    expect(`${value}`.length).toBeLessThanOrEqual(300);
}

describe("hearCloudTrail and hearEventGrid", () => {
  it("bear anything at all", () => {
    fc.assert(
      fc.property(anyValue, (event) => {
        expectBounded(hearCloudTrail(LISTENING, event));
        expectBounded(hearEventGrid(NSGS, event));
      }),
      runs(),
    );
  });

  it("bear a known call with anything in it", () => {
    fc.assert(
      fc.property(calls, (event) => expectBounded(hearCloudTrail(LISTENING, event))),
      runs(),
    );
  });

  it("bear a known write with anything in it", () => {
    fc.assert(
      fc.property(writes, (event) => expectBounded(hearEventGrid(NSGS, event))),
      runs(),
    );
  });

  it("bear what is nested without end, and end on what holds itself", () => {
    let deep: object = { groupId: RELAY };
    for (let depth = 0; depth < 30_000; depth += 1) deep = { items: deep };
    const round: Record<string, unknown> = {};
    round["items"] = [round];
    for (const hostile of [deep, round]) {
      const detail = {
        requestParameters: { x: hostile, ipPermissions: hostile },
        responseElements: { securityGroupRuleSet: hostile },
      };
      expectBounded(hearCloudTrail(LISTENING, trail(detail)));
      expectBounded(hearCloudTrail(LISTENING, trail({ ...detail, eventName: "ReplaceRules" })));
      expectBounded(hearEventGrid(NSGS, grid(NSG, { claims: hostile, authorization: hostile })));
    }
  });
});
