import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, it } from "vitest";
import { DeployedKeys, deployedSecrets } from "./api-keys-deployed.ts";

const ARN = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:warrener-test-bunny-bunny-key-a1B2c3";
const client = new SecretsManagerClient({ region: "eu-west-2" });

describe("deployedSecrets", () => {
  it("has a secret for each key of the link", () => {
    const secretOf = deployedSecrets(
      client,
      ["bunny-key"],
      DeployedKeys.parse(JSON.stringify({ "bunny-key": ARN })),
    );
    expect(secretOf("bunny-key")).toBe(secretOf("bunny-key"));
  });

  it.each(["bunny-key", "constructor"])("has the deployment done again where it names none: %s", (name) => {
    expect(() => deployedSecrets(client, [name], {})).toThrow(
      `API_KEYS names no secret for the API key ${name} of the link: deploy again`,
    );
  });

  it.each(["", "{", "[]", '{"bunny-key":"secret"}'])("is not read from %o", (text) => {
    expect(DeployedKeys.safeParse(text).success).toBe(false);
  });
});
