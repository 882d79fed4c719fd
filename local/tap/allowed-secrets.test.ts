import { describe, expect, it } from "vitest";
import { apiKeyOnItsWay, preSharedKeyOnItsWay, slackTokenOnItsWay } from "./allowed-secrets.ts";
import type { SeenSecret } from "./tap.ts";

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const session = (name: string) => `arn:aws:sts::111122223333:assumed-role/${name}/session`;
const hand = { host: "hand.azurewebsites.net", principalId: "principal-of-the-hand" };
const SECRETS = "secretsmanager";
const put = (name: string) => [session(name), SECRETS, "secretsmanager:PutSecretValue"] as const;
const get = (name: string) => [SECRETS, session(name), "secretsmanager:GetSecretValue answer"] as const;

type Place = readonly [from: string, to: string, what: string];
const seen =
  (kind: SeenSecret["kind"], name: string) =>
  ([from, to, what]: Place): SeenSecret => ({ kind, name, offset: 0, from, to, what });

/** Where no secret at all belongs: every log, message, event, answer, note, row and item. */
const NOWHERE: readonly Place[] = [
  ["warrener-rotate", "/aws/lambda/warrener-rotate", "log line"],
  ["hand", "log", "log line"],
  [session("relay"), "logs", "logs:PutLogEvents"],
  ["logs", session("rotate"), "logs:FilterLogEvents answer"],
  ["Warrener", "slack.com", "POST /api/chat.postMessage"],
  [session("rotate"), "arn:aws:sns:eu-west-2:111122223333:alerts", "sns:Publish"],
  [session("rotate"), "events", "events:PutEvents"],
  ["event-grid", "on-event", "event-grid:Deliver"],
  ["lambda", "warrener-rotate", "invocation"],
  ["warrener-rotate", "lambda", "invocation answer"],
  ["anonymous", hand.host, "POST /api/v1/keys/set-key answer"],
  ["anonymous", hand.host, "POST /api/v1/keys/observe-key answer"],
  ["anonymous", hand.host, "POST /api/v1/keys/set-tunnel answer"],
  ["anonymous", hand.host, "POST /api/v1/keys/observe-tunnels answer"],
  ["anonymous", hand.host, "POST /api/v1/notes/collect answer"],
  [hand.principalId, "hand.table.core.windows.net", "POST /$batch"],
  [session("rotate"), "dynamodb", "dynamodb:PutItem"],
  [session("rotate"), "dynamodb", "dynamodb:TransactWriteItems"],
  put("relay"),
  get("visitor"),
  [SECRETS, session("rotate"), "secretsmanager:PutSecretValue answer"],
  [SECRETS, session("rotate"), "secretsmanager:DescribeSecret answer"],
];

describe("apiKeyOnItsWay", () => {
  const rule = apiKeyOnItsWay({
    name: "poll-key",
    keeperRoleArn: role("rotate"),
    relayRoleArn: role("relay"),
    hand,
    vault: "one.vault.azure.net",
    bunnyPrincipalId: "principal-of-bunny",
    bunnyNames: ["bunny.example.com"],
  });
  const its = seen("api-key", "poll-key");
  const way: readonly Place[] = [
    put("rotate"),
    get("rotate"),
    get("relay"),
    ["anonymous", hand.host, "POST /api/v1/keys/set-key"],
    [hand.principalId, "one.vault.azure.net", "PUT /secrets/poll-key"],
    [hand.principalId, "one.vault.azure.net", "PUT /secrets/poll-key answer"],
    ["principal-of-bunny", "one.vault.azure.net", "GET /secrets/poll-key/ answer"],
    ["bunny.example.com", "relay", "GET /jobs/poll"],
    ["bunny.example.com", "relay", "POST /jobs/1f/results"],
  ];

  it("allows a key from the function that makes it to relay and to bunny", () => {
    expect(way.filter((place) => !rule(its(place)))).toEqual([]);
  });

  it("allows it nowhere else", () => {
    const places: readonly Place[] = [
      ...NOWHERE,
      [hand.principalId, "one.vault.azure.net", "GET /secrets/poll-key/ answer"],
      [hand.principalId, "two.vault.azure.net", "PUT /secrets/poll-key"],
      [hand.principalId, "one.vault.azure.net", "PUT /secrets/poll-key-2"],
      ["bunny.example.com", "relay", "GET /jobs/poll answer"],
      ["producer.example.com", "relay", "GET /jobs/poll"],
    ];
    expect(places.filter((place) => rule(its(place)))).toEqual([]);
  });

  it("allows no other secret on that way", () => {
    const others = [seen("api-key", "result-key"), seen("pre-shared-key", "poll-key"), seen("pkcs8", "")];
    for (const other of others) expect(way.filter((place) => rule(other(place)))).toEqual([]);
  });
});

describe("preSharedKeyOnItsWay", () => {
  const watcher = { roleArn: role("watch"), arn: "arn:watch", name: "warrener-watch" };
  const rule = preSharedKeyOnItsWay({ keeperRoleArn: role("rotate"), watcher, hand });
  const its = seen("pre-shared-key", "one-a");
  const ARM = "management.azure.com";
  const connection = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/connections/one-a";

  it("allows a key between its secret and both clouds, and where the clouds themselves tell it", () => {
    const places: readonly Place[] = [
      put("rotate"),
      get("rotate"),
      [session("rotate"), "ec2", "ec2:ModifyVpnTunnelOptions"],
      ["ec2", session("watch"), "ec2:DescribeVpnConnections answer"],
      ["events.amazonaws.com", "arn:watch", "lambda:InvokeFunction"],
      ["lambda", "warrener-watch", "invocation"],
      ["anonymous", hand.host, "POST /api/v1/keys/set-tunnel"],
      [hand.principalId, ARM, `PUT ${connection}/sharedkey`],
      [hand.principalId, ARM, `GET ${connection}/sharedkey answer`],
      [hand.principalId, ARM, `GET ${connection} answer`],
    ];
    expect(places.filter((place) => !rule(its(place)))).toEqual([]);
  });

  it("allows it nowhere else", () => {
    const places: readonly Place[] = [
      ...NOWHERE,
      get("watch"),
      [session("watch"), "ec2", "ec2:ModifyVpnTunnelOptions"],
      ["ec2", session("visitor"), "ec2:DescribeVpnConnections answer"],
      ["warrener-watch", "lambda", "invocation answer"],
      ["warrener-watch", "/aws/lambda/warrener-watch", "log line"],
      [hand.principalId, ARM, `PUT ${connection}`],
      ["somebody", ARM, `GET ${connection}/sharedkey answer`],
    ];
    expect(places.filter((place) => rule(its(place)))).toEqual([]);
  });
});

describe("slackTokenOnItsWay", () => {
  const rule = slackTokenOnItsWay({ writerRoleArn: role("installer"), readerRoleArn: role("tell") });
  const its = seen("slack-token", "Warrener");

  it("allows the token from the person who stores it to the function that tells", () => {
    expect([put("installer"), get("tell")].filter((place) => !rule(its(place)))).toEqual([]);
  });

  it("allows it nowhere else", () => {
    const places: readonly Place[] = [...NOWHERE, put("tell"), get("installer"), get("rotate")];
    expect(places.filter((place) => rule(its(place)))).toEqual([]);
  });
});
