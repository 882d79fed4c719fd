import { describe, expect, it } from "vitest";
import { accountId, region } from "../aws/test-world.ts";
import type { PolicyDocument } from "../graph/schema.ts";
import { type Judging, judge } from "./judge.ts";
import type { Question, Recording } from "./recording.ts";
import type { Unused } from "./unused.ts";

const CA = `arn:aws:acm-pca:${region}:${accountId}:certificate-authority/0b1f6a2e-1111-4222-8333-444455556666`;
const ROLE = `arn:aws:iam::${accountId}:role/warrener-test-renew`;
const VAULT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v";
const READ = "Microsoft.KeyVault/vaults/certificates/read";
const CREATE = "Microsoft.KeyVault/vaults/certificates/create/action";

const policy: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["acm-pca:GetCertificate"], Resource: [CA] },
    { Effect: "Allow", Action: ["acm-pca:RevokeCertificate"], Resource: [CA] },
  ],
};

const definition = {
  id: `${VAULT}/providers/Microsoft.Authorization/roleDefinitions/0b1f6a2e-1111-4222-8333-444455556666`,
  roleName: "warrener-test-certificate-requester-0123abcd",
  assignableScopes: [VAULT],
  actions: [],
  dataActions: [READ, CREATE],
};

const graph: Judging = {
  app: "warrener",
  stage: "test",
  roleDefinitions: [definition],
  functions: [{ logicalName: "Renew", role: { policy } }],
};

const asked = (action: string, result: Question["result"] = "allowed"): Question => ({
  action,
  resource: CA,
  context: {},
  result,
});
const ofHand = (action: string, allowed = true) => ({
  plane: "data" as const,
  action,
  scope: VAULT,
  allowed,
});

function recording(questions: Question[], hand: Recording["hand"]["asked"]): Recording {
  return {
    stagePrefix: "warrener-test",
    roles: [{ logicalName: "Renew", arn: ROLE, policy, questions }],
    resourcePolicies: {},
    hand: {
      definitions: [definition],
      assignments: [{ principalId: "p", roleDefinitionId: definition.id, scope: VAULT }],
      asked: hand,
    },
  };
}

const GET = asked("acm-pca:GetCertificate");
const REVOKE = asked("acm-pca:RevokeCertificate");
const REVOKING = {
  who: "Renew",
  what: "acm-pca:RevokeCertificate",
  statement: "acm-pca:RevokeCertificate",
};

describe("judge", () => {
  it("finds nothing where all that is allowed was used, in whichever run", async () => {
    const runs = [recording([GET], [ofHand(READ)]), recording([REVOKE], [ofHand(CREATE)])];
    expect(await judge(graph, runs, [])).toEqual({
      faults: [],
      counts: { allowed: 4, used: 4, recordings: 2 },
    });
  });

  it("names what is allowed and was not used, on both clouds", async () => {
    const { faults, counts } = await judge(graph, [recording([GET], [ofHand(READ)])], []);
    expect(faults).toEqual([
      "Renew: acm-pca:RevokeCertificate (acm-pca:RevokeCertificate): is allowed, and no run used it",
      `certificate-requester: ${CREATE}: is allowed, and no run used it`,
    ]);
    expect(counts).toMatchObject({ allowed: 4, used: 2 });
  });

  it("names what was asked for and is not allowed, on both clouds, and takes it for no use", async () => {
    const refused = [GET, asked("acm-pca:RevokeCertificate", "denied")];
    const { faults } = await judge(
      graph,
      [recording(refused, [ofHand(READ), ofHand(CREATE, false)])],
      [{ who: "certificate-requester", what: CREATE, used: "never", reason: "a reason" }],
    );
    expect(faults).toEqual([
      `Renew: asked for acm-pca:RevokeCertificate on ${CA}, and may not`,
      `the Function App: asked for ${CREATE} on ${VAULT}, and may not`,
      "Renew: acm-pca:RevokeCertificate (acm-pca:RevokeCertificate): is allowed, and no run used it",
    ]);
  });

  it.each(["never", "in-some-runs"] as const)(
    "accepts what is unused and listed as used: %s",
    async (used) => {
      const unused = [{ ...REVOKING, used, reason: "nobody orders it here" }];
      const hand = [ofHand(READ), ofHand(CREATE)];
      expect((await judge(graph, [recording([GET], hand)], unused)).faults).toEqual([]);
    },
  );

  it("names what is listed as never used and was used, and accepts it where some runs are said to", async () => {
    const listed = (used: Unused["used"]) => [{ ...REVOKING, used, reason: "nobody orders it here" }];
    const runs = [recording([GET, REVOKE], [ofHand(READ), ofHand(CREATE)])];
    expect((await judge(graph, runs, listed("in-some-runs"))).faults).toEqual([]);
    expect((await judge(graph, runs, listed("never"))).faults).toEqual([
      "Renew: acm-pca:RevokeCertificate (acm-pca:RevokeCertificate): is listed as never used, and some run used it",
    ]);
  });

  it("names what is listed and is allowed no more, and what was used and is in no policy of the whole link", async () => {
    const unused = [
      { ...REVOKING, what: "acm-pca:DeletePolicy", used: "never" as const, reason: "a reason" },
    ];
    const other = recording([GET, REVOKE], [ofHand(READ), ofHand(CREATE)]);
    const fewer = { ...graph, roleDefinitions: [{ ...definition, dataActions: [READ] }] };
    expect((await judge(fewer, [other], unused)).faults).toEqual([
      "Renew: acm-pca:DeletePolicy is listed as unused, and is not allowed at all",
      `certificate-requester: ${CREATE}: the whole link has no such statement`,
    ]);
  });
});
