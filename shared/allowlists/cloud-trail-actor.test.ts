import { describe, expect, it } from "vitest";
import { type Actor, UNKNOWN_ACTOR } from "./actor.ts";
import { actorOfIdentity } from "./cloud-trail-actor.ts";
import { ACCOUNT, OTHER_ACCOUNT, POD, ROLE, ROOT, SSO, USER } from "./test-cloud-trail.ts";

const actorOf = (identity: unknown): Actor => actorOfIdentity(identity, ACCOUNT);

describe("actorOfIdentity", () => {
  it.each<[what: string, identity: object, actor: Partial<Actor>]>([
    [
      "root by the account's alias, where it has one",
      { ...ROOT, userName: "example" },
      { kind: "root", name: "example" },
    ],
    [
      "a user without its name by the end of its ARN",
      { ...USER, userName: undefined },
      { kind: "user", name: "bob" },
    ],
    [
      "a role without its issuer by its ARN",
      { ...ROLE, sessionContext: undefined },
      { kind: "role", name: "carol-laptop", through: "NetworkAdmin" },
    ],
    [
      "a session without an ARN by its principal",
      { type: "AssumedRole", principalId: "AROAEXAMPLE:i-0a1b2c3d:x" },
      { kind: "role", name: "i-0a1b2c3d:x", through: null },
    ],
    [
      "a role that is only called like one of SSO as a role",
      {
        ...SSO,
        sessionContext: {
          sessionIssuer: {
            arn: `arn:aws:iam::${ACCOUNT}:role/AWSReservedSSO_NetAdmin_0123456789abcdef`,
            userName: "AWSReservedSSO_NetAdmin_0123456789abcdef",
          },
        },
      },
      { kind: "role", through: "AWSReservedSSO_NetAdmin_0123456789abcdef" },
    ],
    [
      "another cloud partition's SSO",
      {
        ...SSO,
        sessionContext: {
          sessionIssuer: {
            arn: `arn:aws-cn:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/cn-north-1/AWSReservedSSO_A_B_0123456789abcdef`,
            userName: "AWSReservedSSO_A_B_0123456789abcdef",
          },
        },
      },
      { kind: "sso-user", name: "alice@example.com", through: "A_B" },
    ],
    [
      "a web identity without a subject by its session",
      {
        ...POD,
        sessionContext: {
          ...POD.sessionContext,
          webIdFederationData: { federatedProvider: "accounts.google.com" },
        },
      },
      { kind: "web-identity", name: "botocore-session-1763712000", through: "deployer" },
    ],
    [
      "a user of SAML by its provider",
      { type: "SAMLUser", principalId: "x:erin", userName: "erin", identityProvider: "idp.example.com" },
      { kind: "federated-user", name: "erin", through: "idp.example.com" },
    ],
    [
      "a user of a web provider",
      {
        type: "WebIdentityUser",
        principalId: "y:frank",
        userName: "frank",
        identityProvider: "www.amazon.com",
      },
      { kind: "web-identity", name: "frank", through: "www.amazon.com" },
    ],
    [
      "a role by itself",
      { type: "Role", arn: `arn:aws:iam::${ACCOUNT}:role/path/loader`, principalId: "AROAEXAMPLE" },
      { kind: "role", name: "loader" },
    ],
    [
      "a directory",
      { type: "Directory", userName: "grace", principalId: "d" },
      { kind: "unknown", name: "grace" },
    ],
    [
      "a kind that is new, by its principal",
      { type: "Robot", principalId: "r2" },
      { kind: "unknown", name: "r2", through: "Robot" },
    ],
    ["another account", OTHER_ACCOUNT, { kind: "other-account", foreign: "999988887777" }],
    [
      "a role of another account",
      { ...ROLE, accountId: "999988887777" },
      { kind: "role", foreign: "999988887777" },
    ],
    ["its own account as nothing to tell", ROLE, { foreign: null }],
  ])("knows %s", (_, identity, actor) => {
    expect(actorOf(identity)).toMatchObject(actor);
  });

  it("does not know who it is when nothing is said", () => {
    for (const identity of [undefined, null, {}, "root", [], { type: 7 }])
      expect(actorOf(identity)).toEqual(UNKNOWN_ACTOR);
  });

  it("gives one actor one key, and another another", () => {
    expect(actorOf(SSO).key).toBe(actorOf(structuredClone(SSO)).key);
    expect(new Set([ROOT, USER, ROLE, SSO, POD].map((one) => actorOf(one).key)).size).toBe(5);
  });

  it("takes all sessions of a role for one actor, but for those whose person AWS vouches for", () => {
    const session = (name: string, more: object = {}) =>
      actorOf({
        ...ROLE,
        principalId: `AROAEXAMPLE:${name}`,
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/NetworkAdmin/${name}`,
        ...more,
      });
    const stated = (sourceIdentity: string) => ({
      sessionContext: { ...ROLE.sessionContext, sourceIdentity },
    });
    expect(session("one").key).toBe(session("two").key);
    expect(session("one").name).not.toBe(session("two").name);
    expect(session("x", stated("alice")).key).not.toBe(session("x", stated("bob")).key);
    const people = ["alice", "bob"].map(
      (name) => actorOf({ ...SSO, principalId: `AROAEXAMPLE:${name}` }).key,
    );
    expect(new Set(people).size).toBe(2);
  });

  it("is known by nothing but its kind where no id stands", () => {
    expect(actorOf({ type: "IAMUser", userName: "bob" }).key).toBeNull();
  });
});
