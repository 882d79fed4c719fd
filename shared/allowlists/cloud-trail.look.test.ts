import { describe, expect, it } from "vitest";
import { hearCloudTrail, WATCHED_CALLS } from "./cloud-trail.ts";
import { NOTHING_SAID } from "./seen.ts";
import { FOREIGN, LISTENING, OWN, RELAY, ROLE, trail } from "./test-cloud-trail.ts";

const hear = (detail: object) => hearCloudTrail(LISTENING, trail(detail));
const onlyGroup = { requestParameters: { groupId: RELAY } };

describe("hearCloudTrail", () => {
  it.each(WATCHED_CALLS.filter((call) => !call.includes("PrefixList")))("looks after %s", (eventName) => {
    expect(hear({ eventName, ...onlyGroup })).toMatchObject({ look: true, reason: "changed-by-others" });
  });

  const LIST = "pl-0a1b2c3d4e5f60718";
  const withList = { ...LISTENING, groups: LISTENING.groups.map((one) => ({ ...one, prefixLists: [LIST] })) };

  it.each(["ModifyManagedPrefixList", "RestoreManagedPrefixListVersion"])(
    "looks after %s of a list that wanted rules name, and says who changed it",
    (eventName) => {
      const wrapped = { [`${eventName}Request`]: { PrefixListId: LIST, CurrentVersion: 3 } };
      for (const requestParameters of [wrapped, { prefixListId: LIST }]) {
        expect(hearCloudTrail(withList, trail({ eventName, requestParameters }))).toMatchObject({
          look: true,
          reason: "changed-by-others",
          change: {
            call: eventName,
            groups: ["loader", "relay"],
            what: { touched: [LIST], isComplete: true },
          },
        });
      }
      const requestParameters = { prefixListId: "pl-0f1b2c3d" };
      for (const event of [trail({ eventName, requestParameters }), trail({ eventName })]) {
        expect(hearCloudTrail(withList, event)).toEqual({ look: false, reason: "not-ours" });
      }
    },
  );

  const mention = { requestParameters: { attributes: [{ groups: { items: [{ groupId: RELAY }] } }] } };
  const peer = {
    items: [{ ipProtocol: "tcp", fromPort: 1, toPort: 1, groups: { items: [{ groupId: RELAY }] } }],
  };

  it.each<[what: string, event: unknown, heard: object]>([
    ["looks at all on a schedule", {}, { look: true, reason: "schedule", change: null }],
    [
      "looks where a call is new",
      trail({ eventName: "ReplaceRules", ...mention }),
      { look: true, reason: "unknown-call" },
    ],
    [
      "looks at all where the group cannot be told",
      trail({ requestParameters: { groupName: "relay" } }),
      { look: true, reason: "incomplete-event" },
    ],
    [
      "passes over a new call about nothing of ours",
      trail({ eventName: "RunInstances" }),
      { look: false, reason: "not-ours" },
    ],
    [
      "passes over another group, even with one of ours as a peer",
      trail({ requestParameters: { groupId: FOREIGN, ipPermissions: peer } }),
      { look: false, reason: "not-ours" },
    ],
    [
      "passes over another group in a wrapper, even with one of ours as a peer",
      trail({
        eventName: "ModifySecurityGroupRules",
        requestParameters: {
          ModifySecurityGroupRulesRequest: {
            GroupId: FOREIGN,
            SecurityGroupRule: { SecurityGroupRule: { ReferencedGroupId: RELAY } },
          },
        },
      }),
      { look: false, reason: "not-ours" },
    ],
    [
      "passes over a failed call",
      trail({ ...onlyGroup, errorCode: "Client.UnauthorizedOperation", responseElements: null }),
      { look: false, reason: "failed-call" },
    ],
    [
      "passes over a dry run",
      trail({ ...onlyGroup, errorCode: "Client.DryRunOperation", responseElements: null }),
      { look: false, reason: "failed-call" },
    ],
    ["does not take a null for a failure", trail({ ...onlyGroup, errorCode: null }), { look: true }],
    ["passes over reading", trail({ ...onlyGroup, readOnly: true }), { look: false, reason: "read-only" }],
    [
      "passes over our own",
      trail({ ...onlyGroup, userIdentity: OWN }),
      { look: false, reason: "own-change" },
    ],
    [
      "is not taken in by a session that has our name",
      trail({ ...onlyGroup, userIdentity: { ...OWN, sessionContext: ROLE.sessionContext } }),
      { look: true },
    ],
    [
      "passes over another service",
      trail({ ...onlyGroup, eventSource: "rds.amazonaws.com" }),
      { look: false, reason: "other-event" },
    ],
    ["passes over what is no event", null, { look: false, reason: "other-event" }],
  ])("%s", (_, event, heard) => {
    expect(hearCloudTrail(LISTENING, event)).toMatchObject(heard);
  });

  it("says nothing of rules where the call has none", () => {
    expect(hear({ ...onlyGroup, eventName: "DeleteSecurityGroup" })).toMatchObject({
      change: { what: NOTHING_SAID },
    });
  });
});
