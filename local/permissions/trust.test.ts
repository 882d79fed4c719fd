import { describe, expect, it } from "vitest";
import { ACCOUNT_ID } from "../graph/identifiers.ts";
import { trustFaults } from "./trust.ts";

const ARN = `arn:aws:iam::${ACCOUNT_ID}:role/one`;
const statement = (service: string, more = {}) => ({
  ...{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" },
  ...more,
});

function role(trust: object[], managedPolicyArns: string[] = []) {
  const state = {
    ...{ name: "one", arn: ARN, inlinePolicies: [], managedPolicyArns },
    assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: trust }),
  };
  return {
    ...{ type: "aws:iam/role:Role", name: "One", id: "one", inputs: {}, state },
    ...{ adopted: false, protect: false, retainOnDelete: false, ignoreChanges: [], waitsFor: [] },
  };
}

const faults = (of: "functions" | "schedules" | "none", trust: object[], managed: string[] = []) =>
  trustFaults({
    ...{ accountId: ACCOUNT_ID, functions: [], schedules: [], federatedCredentials: [] },
    resources: [role(trust, managed)],
    ...(of === "none" ? {} : { [of]: [{ role: { arn: ARN } }] }),
  });

const LAMBDA = statement("lambda.amazonaws.com");
const SCHEDULER = statement("scheduler.amazonaws.com");
const OURS = { Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT_ID } } };

describe("trustFaults", () => {
  it("accepts a function's role for Lambda, and a schedule's for schedules of this account", () => {
    expect(faults("functions", [LAMBDA])).toEqual([]);
    expect(faults("schedules", [statement("scheduler.amazonaws.com", OURS)])).toEqual([]);
  });

  it("finds whoever else can take on a role", () => {
    const root = { ...LAMBDA, Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` } };
    const fault = 'one: can be taken on by others than {"Service":["lambda.amazonaws.com"]}';
    expect(faults("functions", [LAMBDA, root])).toEqual([fault]);
    expect(faults("functions", [SCHEDULER])).toEqual([fault]);
  });

  it("finds a schedule's role that schedules of any account can take on", () => {
    expect(faults("schedules", [SCHEDULER])).toEqual([
      'one: can be taken on by others than {"Service":["scheduler.amazonaws.com"]}',
    ]);
  });

  it("finds a role of nothing, and a policy that somebody else may change", () => {
    expect(faults("none", [LAMBDA])).toEqual(["one: is the role of nothing that is deployed"]);
    expect(faults("functions", [LAMBDA], ["arn:aws:iam::aws:policy/ReadOnlyAccess"])).toEqual([
      "one: has arn:aws:iam::aws:policy/ReadOnlyAccess, which AWS may change",
    ]);
  });

  it.each([
    ["system:serviceaccount:bunny:*", "system:serviceaccount:bunny:*, which is no one service account"],
    ["system:serviceaccount:bunny:bunny", undefined],
  ])("judges who can take on a bunny's identity as %s", (subject, fault) => {
    const credential = {
      ...{ identityName: "bunny", principalId: "p", clientId: "c", tenantId: "t", subject },
      ...{ issuer: "https://oidc.example.com/", audiences: ["api://AzureADTokenExchange"] },
    };
    const nothing = { accountId: ACCOUNT_ID, functions: [], schedules: [], resources: [] };
    const found = trustFaults({ ...nothing, federatedCredentials: [credential] });
    expect(found).toEqual(fault === undefined ? [] : [`bunny: is taken on by ${fault}`]);
  });
});
