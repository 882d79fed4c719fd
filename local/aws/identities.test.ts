import { describe, expect, it } from "vitest";
import { Identities } from "./identities.ts";

const roleArn = "arn:aws:iam::111122223333:role/path/to/rotate";

describe("Identities", () => {
  it("issues each session its own credentials, that look like no real ones", () => {
    const identities = new Identities(() => 0);
    const [one, two] = [identities.issue({ roleArn }), identities.issue({ roleArn, sessionName: "s" })];

    expect(one.credentials.accessKeyId).toMatch(/^LOCAL[0-9A-F]{16}$/);
    expect(new Set([...Object.values(one.credentials), ...Object.values(two.credentials)]).size).toBe(6);
    expect(identities.find(two.credentials.accessKeyId)).toBe(two);
    expect(identities.find("LOCAL0")).toBeUndefined();
  });

  it("names the session without the role's path", () => {
    const identity = new Identities(() => 0).issue({ roleArn, sessionName: "s", lifetimeSeconds: 60 });
    expect(identity).toMatchObject({
      sessionArn: "arn:aws:sts::111122223333:assumed-role/rotate/s",
      accountId: "111122223333",
      expiresAtMs: 60_000,
    });
  });

  it.each(["rotate", "arn:aws:iam::1:role/x", "arn:aws:iam::111122223333:user/x"])("refuses %s", (wrong) => {
    expect(() => new Identities().issue({ roleArn: wrong })).toThrow("is not the ARN of a role");
  });
});
