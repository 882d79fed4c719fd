import { describe, expect, it } from "vitest";
import type { Decision } from "../aws/decisions.ts";
import { accountId, region } from "../aws/test-world.ts";
import type { PolicyDocument } from "../graph/schema.ts";
import { recordingOf } from "./recording.ts";

const ROLE = `arn:aws:iam::${accountId}:role/warrener-test-renew`;
const TABLE = `arn:aws:dynamodb:${region}:${accountId}:table/journal`;
const policy: PolicyDocument = { Version: "2012-10-17", Statement: [] };

const graph = {
  ...{ app: "warrener", stage: "test" },
  functions: [{ logicalName: "Renew", role: { arn: ROLE, policy } }],
  ...{ secrets: [], kmsKeys: [], roleDefinitions: [] },
  functionApp: { principalId: "hand" },
  roleAssignments: [
    { principalId: "hand", roleDefinitionId: "r", scope: "/s" },
    { principalId: "bunny", roleDefinitionId: "r", scope: "/s" },
  ],
};

const decision = (more: Partial<Decision>): Decision => ({
  ...{ roleArn: ROLE, action: "dynamodb:GetItem", resource: TABLE, context: {}, result: "allowed" },
  ...more,
});

function record(decisions: readonly Decision[]) {
  const asked = ["hand", "bunny"].map((principalId) => ({
    ...{ principalId, plane: "data" as const, action: "a/read", scope: "/s", allowed: true },
  }));
  return recordingOf({
    graph,
    aws: { server: { decisions: () => decisions } },
    azure: { rbac: { asked: () => asked } },
  });
}

describe("recordingOf", () => {
  it("keeps each question once that a function asked, or a service with its role", () => {
    const { roles } = record([
      decision({ by: "function" }),
      decision({ by: "function" }),
      decision({ by: "service", action: "sqs:SendMessage" }),
    ]);
    expect(roles).toMatchObject([
      { logicalName: "Renew", questions: [{ action: "dynamodb:GetItem" }, { action: "sqs:SendMessage" }] },
    ]);
  });

  it("leaves out what somebody else asked under the function's role", () => {
    expect(record([decision({})]).roles).toMatchObject([{ questions: [] }]);
  });

  it("keeps apart what was allowed and what was denied, and what is about other keys", () => {
    const keys = (key: string) => ({ context: { "dynamodb:LeadingKeys": [key] } });
    const { roles } = record([
      decision({ by: "function", ...keys("a") }),
      decision({ by: "function", ...keys("b") }),
      decision({ by: "function", ...keys("b"), result: "denied" }),
    ]);
    expect(roles[0]?.questions).toHaveLength(3);
  });

  it("keeps what the Function App asked, and nobody else", () => {
    const { hand } = record([]);
    expect(hand.asked).toEqual([{ plane: "data", action: "a/read", scope: "/s", allowed: true }]);
    expect(hand.assignments.map(({ principalId }) => principalId)).toEqual(["hand"]);
  });
});
