import { describe, expect, it } from "vitest";
import { healthOf, isBusy, isUnseen, severityOf } from "./health.ts";
import type { AwsEnd, AzureEnd, CannotTell } from "./schema.ts";
import { awsEnd, azureEnd, down, up } from "./test-tunnels.ts";

const UNKNOWN: CannotTell = { unknown: "Unavailable" };
const downInAws = (ipsec: AwsEnd["ipsec"] = "down") => awsEnd({ status: "down", ipsec });
const inAzure = (status: AzureEnd["status"]) => azureEnd({ status });
const tunnel = (name: string, aws: AwsEnd | CannotTell, azure: AzureEnd | CannotTell) => ({
  name,
  aws,
  azure,
  maintenance: null,
});

describe("healthOf", () => {
  it.each<[health: string, aws: AwsEnd | CannotTell, azure: AzureEnd | CannotTell]>([
    ["up", awsEnd(), inAzure("connected")],
    ["up-in-aws", awsEnd(), UNKNOWN],
    ["up-in-aws", awsEnd(), inAzure("unknown")],
    ["not-in-azure", awsEnd(), inAzure("not-connected")],
    ["not-in-azure", awsEnd(), inAzure("connecting")],
    ["not-in-azure", awsEnd({ acceptedRoutes: 0 }), inAzure("connecting")],
    ["no-routes", awsEnd({ acceptedRoutes: 0 }), inAzure("connected")],
    ["no-routes", awsEnd({ acceptedRoutes: 0 }), UNKNOWN],
    ["up", awsEnd({ acceptedRoutes: null }), inAzure("connected")],
    ["down", downInAws(), inAzure("not-connected")],
    ["down", downInAws("unknown"), UNKNOWN],
    ["down-in-aws", downInAws(), inAzure("connected")],
    ["bgp-down", downInAws("up"), inAzure("connected")],
    ["bgp-down", downInAws("up"), UNKNOWN],
    ["absent", awsEnd({ status: "absent" }), inAzure("connected")],
    ["up-in-azure", UNKNOWN, inAzure("connected")],
    ["down-in-azure", UNKNOWN, inAzure("not-connected")],
    ["unknown", UNKNOWN, inAzure("connecting")],
    ["unknown", UNKNOWN, UNKNOWN],
  ])("is %s", (health, aws, azure) => {
    expect(healthOf(tunnel("one-a", aws, azure))).toBe(health);
  });
});

describe("severityOf", () => {
  const unknown = tunnel("one-b", UNKNOWN, UNKNOWN);
  const disagree = tunnel("one-b", awsEnd(), inAzure("not-connected"));
  it.each([
    ["nothing is wrong", [up("one-a"), up("one-b")], null],
    ["some are down", [down("one-a"), up("one-b")], "warning"],
    ["all are down", [down("one-a"), down("one-b")], "critical"],
    ["the only one is down", [down("one-a")], "critical"],
    ["the ends disagree", [up("one-a"), disagree], "warning"],
    ["one is down, and AWS says that the other is up", [down("one-a"), disagree], "warning"],
    ["one is down, and nothing is known of the other", [down("one-a"), unknown], "critical"],
    ["no route comes to any", [tunnel("one-a", awsEnd({ acceptedRoutes: 0 }), UNKNOWN)], "warning"],
    ["nothing is known", [unknown, tunnel("one-a", UNKNOWN, UNKNOWN)], null],
    ["there is no tunnel", [], null],
  ])("is right when %s", (_, tunnels, severity) => {
    expect(severityOf(tunnels)).toBe(severity);
  });
});

describe("isBusy", () => {
  it.each([
    ["AWS changes the connection", tunnel("one-a", awsEnd({ connectionState: "modifying" }), UNKNOWN), true],
    ["AWS provisions the tunnel", tunnel("one-a", awsEnd({ provisioning: "pending" }), UNKNOWN), true],
    ["Azure changes the connection", tunnel("one-a", UNKNOWN, azureEnd({ provisioning: "updating" })), true],
    ["Azure makes it", tunnel("one-a", UNKNOWN, azureEnd({ provisioning: "creating" })), true],
    ["Azure takes it away", tunnel("one-a", UNKNOWN, azureEnd({ provisioning: "deleting" })), true],
    [
      "AWS has no such tunnel any more",
      tunnel("one-a", awsEnd({ status: "absent", connectionState: "deleted" }), UNKNOWN),
      false,
    ],
    ["a change failed", tunnel("one-a", awsEnd(), azureEnd({ provisioning: "failed" })), false],
    ["nobody is at it", up("one-a"), false],
  ])("is right when %s", (_, observed, busy) => {
    expect(isBusy(observed)).toBe(busy);
  });
});

describe("isUnseen", () => {
  it.each([
    ["both ends have answered", up("one-a"), false],
    ["AWS could not be asked", tunnel("one-a", UNKNOWN, azureEnd()), true],
    ["Azure could not be asked", tunnel("one-a", awsEnd(), UNKNOWN), true],
    ["Azure's gateway does not know", tunnel("one-a", awsEnd(), inAzure("unknown")), true],
  ])("is right when %s", (_, observed, unseen) => {
    expect(isUnseen(observed)).toBe(unseen);
  });
});
