import { describe, expect, it } from "vitest";
import { issue, makeCa } from "../testing/certificates.ts";
import { secretToRelay, vaultToBunny } from "./allowed-findings.ts";
import { type AllowedFindings, type SeenSecret, TrafficTap } from "./tap.ts";

type Place = Pick<SeenSecret, "from" | "to" | "what">;

async function plantedKey(): Promise<Buffer> {
  const { secretPem } = await issue(await makeCa(), { commonName: "relay", usages: ["serverAuth"] });
  return Buffer.from(JSON.stringify({ SecretString: JSON.stringify({ privateKey: secretPem }) }));
}

async function judge(rule: AllowedFindings, places: readonly Place[]) {
  const tap = new TrafficTap(rule);
  const bytes = await plantedKey();
  for (const place of places) tap.see({ ...place, bytes });
  const { allowed, leaks } = tap.report();
  const placesOf = (keys: readonly SeenSecret[]) => keys.map(({ from, to, what }) => ({ from, to, what }));
  return { allowed: placesOf(allowed), leaks: placesOf(leaks) };
}

describe("vaultToBunny", () => {
  const rule = vaultToBunny({
    vaults: ["one.vault.azure.net"],
    secrets: ["bunny"],
    identity: "principal-of-bunny",
  });
  const answer = {
    from: "principal-of-bunny",
    to: "one.vault.azure.net",
    what: "GET /secrets/bunny/ answer",
  };

  it("allows a key in the vault's answer to bunny's own identity", async () => {
    const places = [answer, { ...answer, what: "GET /secrets/bunny/3f0c answer" }];
    expect(await judge(rule, places)).toEqual({ allowed: places, leaks: [] });
  });

  it("allows it nowhere else", async () => {
    const places = [
      { ...answer, from: "principal-of-the-function" },
      { ...answer, from: "anonymous" },
      { ...answer, to: "other.vault.azure.net" },
      { ...answer, what: "GET /secrets/bunny/" },
      { ...answer, what: "PUT /secrets/bunny/ answer" },
      { ...answer, what: "GET /secrets/other/ answer" },
      { ...answer, what: "GET /certificates/bunny/ answer" },
      { ...answer, what: "POST /secrets/bunny/backup answer" },
      { from: "bunny.example", to: "relay", what: "POST /jobs" },
    ];
    expect(await judge(rule, places)).toEqual({ allowed: [], leaks: places });
  });
});

describe("secretToRelay", () => {
  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  const session = (name: string) => `arn:aws:sts::111122223333:assumed-role/${name}/session`;
  const rule = secretToRelay({ writerRoleArn: role("renew-relay"), relayRoleArn: role("path/relay") });
  const put = { from: session("renew-relay"), to: "secretsmanager", what: "secretsmanager:PutSecretValue" };
  const get = (to: string) => ({ from: "secretsmanager", to, what: "secretsmanager:GetSecretValue answer" });

  it("allows a key on its way from its function to Secrets Manager, back, and from there to relay", async () => {
    const places = [put, get(session("renew-relay")), get(session("relay"))];
    expect(await judge(rule, places)).toEqual({ allowed: places, leaks: [] });
  });

  it("allows it nowhere else", async () => {
    const places = [
      { ...put, from: session("relay") },
      { ...put, from: session("renew-relay-too") },
      { ...put, from: "anonymous" },
      { ...put, to: "dynamodb" },
      { ...put, what: "secretsmanager:PutSecretValue answer" },
      { ...put, what: "secretsmanager:GetSecretValue" },
      { ...put, what: "secretsmanager:UpdateSecretVersionStage" },
      get(session("renew-certificates")),
      get(session("visitor")),
      get("arn:aws:sts::999988887777:assumed-role/relay/session"),
      { ...get(session("relay")), from: "dynamodb" },
      { ...get(session("relay")), what: "secretsmanager:DescribeSecret answer" },
      { from: session("renew-relay"), to: "acm-pca", what: "acm-pca:IssueCertificate" },
      { from: session("relay"), to: "logs", what: "logs:PutLogEvents" },
      { from: session("renew-relay"), to: "log", what: "log line" },
    ];
    expect(await judge(rule, places)).toEqual({ allowed: [], leaks: places });
  });

  it("refuses to be made of what is no role", () => {
    expect(() => secretToRelay({ writerRoleArn: "renew", relayRoleArn: role("relay") })).toThrow(
      "renew is not the ARN of a role",
    );
  });
});
