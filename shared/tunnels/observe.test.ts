import { describe, expect, it } from "vitest";
import type { Outcome } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import type { AwsConnection, AwsTunnels } from "./aws-tunnels.ts";
import { observeTunnels } from "./observe.ts";
import { NO_MEMORY } from "./schema.ts";
import { AT, answeringHand, azureEnd, desiredOf, type HandAnswer } from "./test-tunnels.ts";

const ID = "vpn-0a1b2c3d4e5f60718";
const failed = (code: string) =>
  new CloudError({ provider: "aws", operation: "Test", target: "test", code, retryable: true });

const connection = (
  status: "up" | "down",
  state = "available",
  address = "198.51.100.10",
  addresses: readonly string[] | null = [address],
): AwsConnection => ({
  state,
  addresses: addresses === null ? null : new Set(addresses),
  telemetry: new Map([[address, { status, acceptedRoutes: 2 }]]),
});

interface Answers {
  readonly connection?: AwsConnection | null | "missing" | "failed";
  readonly active?: Awaited<ReturnType<AwsTunnels["activeStatus"]>>;
  readonly hand?: HandAnswer;
  readonly routing?: "bgp" | "static";
}

const inAzure = (outsideIp = "198.51.100.10"): Outcome<"tunnels.observe"> => ({
  outcome: "observed",
  tunnels: [{ name: "one-a", end: azureEnd({ outsideIp }) }],
});

async function observe({
  connection: aws = connection("up"),
  active,
  hand = inAzure(),
  routing = "bgp",
}: Answers) {
  const [tunnel] = await observeTunnels(
    {
      desired: desiredOf("one-a").map((one) => ({ ...one, routing })),
      aws: {
        describe: async () => {
          if (aws === "failed") throw failed("Unavailable");
          return new Map(aws === "missing" ? [] : [[ID, aws]]);
        },
        activeStatus: async () => {
          if (active === undefined) throw failed("Denied");
          return active;
        },
        maintenance: async () => ({ pending: false, autoAppliedAt: null }),
        replace: async () => "begun",
      },
      hand: answeringHand(() => hand),
    },
    { memory: NO_MEMORY, now: AT, askMaintenance: false },
  );
  return tunnel;
}

const absent = { status: "absent", connectionState: "deleted" };
const DOWN = connection("down");

describe("observeTunnels, in AWS", () => {
  it.each<[what: string, answers: Answers, aws: object]>([
    [
      "a tunnel that is up",
      {},
      {
        status: "up",
        ipsec: "unknown",
        connectionState: "available",
        acceptedRoutes: 2,
        unknownDetail: null,
      },
    ],
    [
      "IPsec beside BGP",
      { connection: DOWN, active: { ipsec: "up", provisioning: "available" } },
      { status: "down", ipsec: "up", provisioning: "available", unknownDetail: null },
    ],
    [
      "no BGP where there is none",
      { connection: DOWN, routing: "static", active: { ipsec: "up", provisioning: "pending" } },
      { status: "down", ipsec: "down", provisioning: "pending", acceptedRoutes: null },
    ],
    [
      "a tunnel of which no more can be asked, and why",
      { connection: DOWN },
      { status: "down", ipsec: "unknown", provisioning: "unknown", unknownDetail: "Denied" },
    ],
    [
      "the same where there is no BGP",
      { connection: DOWN, routing: "static" },
      { status: "down", ipsec: "down", provisioning: "unknown", unknownDetail: "Denied" },
    ],
    ["a connection that is not there", { connection: "missing" }, absent],
    ["a connection that was deleted", { connection: connection("down", "deleted") }, absent],
    [
      "a connection without such a tunnel",
      { connection: connection("up", "available", "192.0.2.1") },
      { status: "absent" },
    ],
    [
      "nothing of one that is there, and of which AWS says nothing",
      { connection: connection("up", "available", "192.0.2.1", ["198.51.100.10", "192.0.2.1"]) },
      { unknown: "no-telemetry" },
    ],
    [
      "nothing of it while AWS does not say which tunnels there are",
      { connection: connection("up", "available", "192.0.2.1", null) },
      { unknown: "no-telemetry" },
    ],
    [
      "nothing of it while AWS works on the connection",
      { connection: connection("up", "pending", "192.0.2.1") },
      { unknown: "no-telemetry" },
    ],
    ["that its answer cannot be read", { connection: null }, { unknown: "unreadable-answer" }],
    ["that AWS could not be asked", { connection: "failed" }, { unknown: "Unavailable" }],
  ])("sees %s", async (_, answers, aws) => {
    expect(await observe(answers)).toMatchObject({ aws });
  });
});

describe("observeTunnels, in Azure", () => {
  const problem = { code: "AuthorizationFailed", operation: "get", retryable: false };
  it.each<[what: string, hand: HandAnswer, azure: object]>([
    ["its end", inAzure(), azureEnd()],
    ["that it is the end of another tunnel", inAzure("198.51.100.11"), { unknown: "other-outside-address" }],
    [
      "that it could not be read",
      { outcome: "observed", tunnels: [{ name: "one-a", problem }] },
      { unknown: "AuthorizationFailed" },
    ],
    ["that nothing was said of it", { outcome: "observed", tunnels: [] }, { unknown: "not-answered" }],
    ["that the halves do not belong together", "other-link", { unknown: "other-link" }],
    ["that the hand could not be asked", "failed", { unknown: "unreachable" }],
  ])("sees %s", async (_, hand, azure) => {
    expect(await observe({ hand })).toMatchObject({ aws: { status: "up" }, azure });
  });
});

describe("observeTunnels, over many tunnels", () => {
  it("asks the hand for twenty at a time", async () => {
    const names = Array.from({ length: 41 }, (_, index) => `one-${String(index).padStart(2, "0")}`);
    const asked: number[] = [];
    const tunnels = await observeTunnels(
      {
        desired: desiredOf(...names),
        aws: {
          describe: async () => new Map(),
          activeStatus: async () => ({ ipsec: "down", provisioning: "available" }),
          maintenance: async () => ({ pending: false, autoAppliedAt: null }),
          replace: async () => "begun",
        },
        hand: answeringHand((names) => {
          asked.push(names.length);
          return "failed";
        }),
      },
      { memory: NO_MEMORY, now: AT, askMaintenance: false },
    );
    expect(asked).toEqual([20, 20, 1]);
    expect(tunnels.map(({ name }) => name)).toEqual(names);
  });
});
