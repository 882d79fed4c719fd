import { describe, expect, it } from "vitest";
import { desiredOf, vpnWith } from "../tunnels/test-tunnels.ts";
import { DeployedSecrets, keyStorageOf, secretsOf } from "./pre-shared-deployed.ts";
import { testBrain } from "./test-pre-shared-brain.ts";
import { calm } from "./test-pre-shared-link.ts";

const arn = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:warrener-test-tunnel-one-a-a1B2c3";
const [secret] = [...testBrain(calm()).brain.secrets.values()];

describe("DeployedSecrets", () => {
  it("is a JSON object of ARNs", () => {
    expect(DeployedSecrets.parse(JSON.stringify({ "one-a": arn }))).toEqual({ "one-a": arn });
    for (const text of ["", "[1]", '{"one-a":"tunnel-one-a"}', "null"])
      expect(DeployedSecrets.safeParse(text).success).toBe(false);
  });
});

describe("secretsOf", () => {
  it("opens the secret of each tunnel", () => {
    if (secret === undefined) throw new Error("the model has no secret");
    const opened: string[] = [];
    const open = (one: string) => {
      opened.push(one);
      return secret;
    };
    expect([...secretsOf(desiredOf("one-a"), { "one-a": arn }, open).keys()]).toEqual(["one-a"]);
    expect(opened).toEqual([arn]);
    expect(() => secretsOf(desiredOf("one-a", "toString"), { "one-a": arn }, open)).toThrow(
      "KEY_SECRETS names no secret for the tunnel toString of the link: deploy again",
    );
  });
});

describe("keyStorageOf", () => {
  const created = {
    name: "new",
    aws: { create: { gateway: "vgw-0a1b2c3d4e5f60718", azureIp: "203.0.113.20" } },
    routing: "static" as const,
    tunnels: [{ name: "new-a", azure: { adopt: "aws-new-a" } }],
  };
  const [one] = vpnWith().connections;

  it("is what the link says, what AWS does by itself, or Secrets Manager for what is created", () => {
    const adopted = {
      name: "one",
      aws: { adopt: "vpn-0a1b2c3d4e5f60718" },
      tunnels: [{ name: "one-a", outsideIp: "198.51.100.10", azure: { adopt: "aws-one-a" } }],
    };
    const guarded = {
      ...adopted,
      name: "two",
      aws: { adopt: "vpn-0a1b2c3d4e5f60719" },
      keyStorage: "secrets-manager" as const,
      tunnels: [{ name: "two-a", outsideIp: "198.51.100.20", azure: { adopt: "aws-two-a" } }],
    };
    const storageOf = keyStorageOf(vpnWith({ connections: [adopted, guarded, created] }));
    const of = (connection: string) => storageOf({ name: "a-tunnel", connection });
    expect(one?.name).toBe("one");
    expect(["one", "two", "new"].map(of)).toEqual(["standard", "secrets-manager", "secrets-manager"]);
    expect(() => of("three")).toThrow("the link has no connection three of a-tunnel");
  });
});
