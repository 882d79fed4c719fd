/** What the deployment promises of the trust: who may publish it, who may read it, and which CAs sign for whom. */
import { describe, expect, it } from "vitest";
import { TEMPLATE_OF } from "../../../shared/certificates/authority.ts";
import { authorizeBy } from "../../aws/authorization.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import { lintPolicy } from "../policy-lint.ts";
import type { Graph } from "../schema.ts";

const READER = `arn:aws:iam::${ACCOUNT_ID}:role/relay`;
const PUBLISHER = "PublishTrust";

export function promiseTrust(graph: () => Graph): void {
  const find = <T>(what: string, found: T | undefined): T => {
    if (found === undefined) throw new Error(`the deployment has no ${what}`);
    return found;
  };
  const named = (name: string) =>
    find(
      name,
      graph().functions.find(({ logicalName }) => logicalName === name),
    );
  const secret = () =>
    find(
      "trust bundle",
      graph().secrets.find(({ name }) => name === "warrener-test-trust-bundle"),
    );
  const ask = (roleArn: string) => {
    const { secrets, kmsKeys, functions } = graph();
    const roles = new Map(functions.map(({ role }) => [role.arn, role.policy]));
    const resources = new Map([
      ...secrets.flatMap(({ arn, policy }) => (policy === undefined ? [] : [[arn, policy] as const])),
      ...kmsKeys.map(({ arn, policy }) => [arn, policy] as const),
    ]);
    const decide = authorizeBy({ roles, resources });
    return (action: string, resource: string, context: Record<string, string | string[]> = {}) =>
      decide({ roleArn, action, resource, context });
  };
  const caArns = () => {
    const { CA_ARN, NEXT_CA_ARN, FAILOVER_CA_ARN } = named(PUBLISHER).environment;
    return [CA_ARN, NEXT_CA_ARN, FAILOVER_CA_ARN].map((arn) => find("CA", arn));
  };

  describe("the trust bundle", () => {
    it("is a secret without a value in the state, which can be restored for 30 days", () => {
      const ofType = (type: string) => graph().resources.filter((resource) => resource.type === type);
      const secrets = ofType("aws:secretsmanager/secret:Secret").filter(
        ({ state }) => state["name"] === "warrener-test-trust-bundle",
      );
      expect(secrets).toMatchObject([
        { protect: true, retainOnDelete: true, state: { recoveryWindowInDays: 30 } },
      ]);
      expect(ofType("aws:secretsmanager/secretVersion:SecretVersion")).toEqual([]);
    });

    it("is written by one function alone, and deleted or given away by none", async () => {
      const { arn } = secret();
      for (const { logicalName, role } of graph().functions) {
        const may = ask(role.arn);
        const expected = logicalName === PUBLISHER ? "allowed" : "denied";
        for (const verb of ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"])
          expect([logicalName, verb, await may(`secretsmanager:${verb}`, arn)]).toEqual([
            logicalName,
            verb,
            expected,
          ]);
        for (const verb of ["DeleteSecret", "PutResourcePolicy", "UpdateSecret"])
          expect(await may(`secretsmanager:${verb}`, arn)).toBe("denied");
      }
    });

    it("is read by relay's role, which cannot write it", async () => {
      const may = ask(READER);
      expect(await may("secretsmanager:GetSecretValue", secret().arn)).toBe("allowed");
      expect(await may("secretsmanager:PutSecretValue", secret().arn)).toBe("denied");
    });
  });

  describe("the function that publishes trust", () => {
    it("looks each minute, and its environment is exactly what it reads", () => {
      expect(Object.keys(named(PUBLISHER).environment).sort()).toEqual([
        "BUS_NAME",
        "CA_ARN",
        "FAILOVER_CA_ARN",
        "HAND_URL",
        "JOURNAL_TABLE",
        "NEXT_CA_ARN",
        "PINNED_CA",
        "PINNED_FAILOVER_CA",
        "PINNED_NEXT_CA",
        "RELAY_LOG_GROUP",
        "SECRET_ARN",
        "TOKEN_AUDIENCE",
      ]);
      expect(graph().schedules.filter(({ name }) => name === "warrener-test-publish-trust")).toMatchObject([
        { expression: "rate(1 minute)" },
      ]);
    });

    it("may ask every CA of the link how it is, and have none of them sign or revoke", async () => {
      const may = ask(named(PUBLISHER).role.arn);
      expect(new Set(caArns()).size).toBe(3);
      for (const arn of caArns()) {
        expect(await may("acm-pca:DescribeCertificateAuthority", arn)).toBe("allowed");
        const signs = { "acm-pca:TemplateArn": TEMPLATE_OF.client };
        expect(await may("acm-pca:IssueCertificate", arn, signs)).toBe("denied");
        expect(await may("acm-pca:RevokeCertificate", arn)).toBe("denied");
      }
      expect(await may("acm-pca:DescribeCertificateAuthority", `${caArns()[0]}x`)).toBe("denied");
    });

    it("reads the intents of certificates, and writes none", async () => {
      const { role, environment } = named(PUBLISHER);
      const table = `arn:aws:dynamodb:${graph().region}:${ACCOUNT_ID}:table/${environment["JOURNAL_TABLE"]}`;
      const may = ask(role.arn);
      const key = { "dynamodb:LeadingKeys": ["intent#key-link#one-client"] };
      expect(await may("dynamodb:Query", table, key)).toBe("allowed");
      expect(await may("dynamodb:PutItem", table, key)).toBe("denied");
      const others = { "dynamodb:LeadingKeys": ["intent#other-link#one-client"] };
      expect(await may("dynamodb:Query", table, others)).toBe("denied");
    });

    it("keeps notes among what stands of the link, changes nothing there in part, and keeps incidents", async () => {
      const { role, environment } = named(PUBLISHER);
      const table = `arn:aws:dynamodb:${graph().region}:${ACCOUNT_ID}:table/${environment["JOURNAL_TABLE"]}`;
      const may = ask(role.arn);
      const ours = { "dynamodb:LeadingKeys": ["link#key-link"] };
      const incidents = { "dynamodb:LeadingKeys": ["incidents#key-link"] };
      for (const action of ["dynamodb:Query", "dynamodb:PutItem"]) {
        expect(await may(action, table, ours)).toBe("allowed");
        expect(await may(action, table, incidents)).toBe("allowed");
      }
      expect(await may("dynamodb:UpdateItem", table, ours)).toBe("denied");
      expect(await may("dynamodb:UpdateItem", table, incidents)).toBe("allowed");
    });

    it("has no permission that is broader than it has to be, or that can never match", async () => {
      expect(await lintPolicy(named(PUBLISHER).role.policy)).toEqual([]);
    });

    it("is let in by the hand under its own role", () => {
      const settings = graph().functionApp.settings;
      expect(settings["ROLE_PUBLISH_TRUST"]).toBe(named(PUBLISHER).role.arn);
      for (const name of ["PINNED_CA", "PINNED_NEXT_CA", "PINNED_FAILOVER_CA"])
        expect(settings[name]).toBe(named(PUBLISHER).environment[name]);
    });
  });

  describe("the functions that renew certificates", () => {
    it.each([
      ["RenewCertificates", "client", "server"],
      ["RenewRelayCertificate", "server", "client"],
    ] as const)("%s may have every CA of the link sign for its one purpose", async (name, own, other) => {
      const may = ask(named(name).role.arn);
      for (const arn of caArns()) {
        const sign = (purpose: "client" | "server") =>
          may("acm-pca:IssueCertificate", arn, { "acm-pca:TemplateArn": TEMPLATE_OF[purpose] });
        expect(await sign(own)).toBe("allowed");
        expect(await sign(other)).toBe("denied");
        expect(await may("acm-pca:GetCertificate", arn)).toBe("allowed");
      }
      expect(await lintPolicy(named(name).role.policy)).toEqual([]);
    });

    it("are told of the same CAs as the one that publishes", () => {
      for (const name of ["RenewCertificates", "RenewRelayCertificate"])
        for (const key of ["CA_ARN", "NEXT_CA_ARN", "FAILOVER_CA_ARN", "PINNED_CA", "PINNED_NEXT_CA"])
          expect(named(name).environment[key]).toBe(named(PUBLISHER).environment[key]);
    });
  });
}
