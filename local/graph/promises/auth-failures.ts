/** What the deployment promises of the function that reads refused callers: what it is handed, and what it may do. */
import { describe, expect, it } from "vitest";
import { authGroups } from "../../../shared/auth-failures/desired.ts";
import { parseLink } from "../../../shared/link/load.ts";
import { authorize } from "../../aws/authorization.ts";
import { parsePattern } from "../../aws/event-bridge/pattern.ts";
import declared from "../auth-failures-link.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import { lintPolicy } from "../policy-lint.ts";
import type { Graph } from "../schema.ts";

const FILTER = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter";
const PERMISSION = "aws:lambda/permission:Permission";
const LOGS = "logs.amazonaws.com";

export function promiseAuthFailures(graph: () => Graph): void {
  const read = () => {
    const found = graph().functions.find(({ logicalName }) => logicalName === "ReadAuthFailures");
    if (found === undefined) throw new Error("the deployment has no ReadAuthFailures");
    return found;
  };
  const ofType = (type: string) => graph().resources.filter((resource) => resource.type === type);
  const groups = authGroups(parseLink(declared));
  const arnOf = (group: string) => `arn:aws:logs:${graph().region}:${ACCOUNT_ID}:log-group:${group}`;

  describe("the logs of refused callers", () => {
    it("each have one subscription filter, of the function's name, with the pattern of what it understands", () => {
      const filters = ofType(FILTER).map(({ inputs }) => inputs);
      const expected = groups.map(({ group, filterPattern }) => ({
        name: read().name,
        logGroup: group,
        filterPattern,
        destinationArn: read().arn,
      }));
      expect(expected).toHaveLength(4);
      expect(filters).toEqual(expect.arrayContaining(expected));
      expect(filters).toHaveLength(expected.length);
    });

    it("may each start the function, and no other log group or account may", async () => {
      const policy = graph().functionPolicies.find(({ functionArn }) => functionArn === read().arn)?.policy;
      const may = (sourceArn: string, account = ACCOUNT_ID, service = LOGS) =>
        authorize({
          roleArn: service,
          resourcePolicy: policy,
          action: "lambda:InvokeFunction",
          resource: read().arn,
          context: { "aws:SourceArn": sourceArn, "aws:SourceAccount": account },
        });
      for (const { group } of groups) {
        expect([group, await may(`${arnOf(group)}:*`)]).toEqual([group, "allowed"]);
        expect(await may(`${arnOf(group)}-other:*`)).toBe("denied");
        expect(await may(`${arnOf(group)}:*`, "999999999999")).toBe("denied");
        expect(await may(`${arnOf(group)}:*`, ACCOUNT_ID, "events.amazonaws.com")).toBe("denied");
      }
      expect(await may(`${arnOf(read().logGroup)}:*`)).toBe("denied");
    });

    it("are subscribed to once the function lets them in, and once they are there", () => {
      const created = new Map(
        ofType("aws:cloudwatch/logGroup:LogGroup").map(({ name, state }) => [state["name"], name]),
      );
      for (const { inputs, waitsFor } of ofType(FILTER)) {
        const permissions = ofType(PERMISSION).filter(
          ({ inputs: permission }) => permission["sourceArn"] === `${arnOf(String(inputs["logGroup"]))}:*`,
        );
        expect(permissions).toHaveLength(1);
        for (const permission of permissions) {
          expect(waitsFor).toContain(`${PERMISSION} ${permission.name}`);
          const group = created.get(inputs["logGroup"]);
          if (group !== undefined)
            expect(permission.waitsFor).toContain(`aws:cloudwatch/logGroup:LogGroup ${group}`);
        }
      }
      expect([...created.keys()]).toEqual(
        expect.arrayContaining(["/example/relay", "/aws/vendedlogs/warrener-test-vpn-new"]),
      );
    });

    it("are left as they are where they are somebody else's", () => {
      const created = ofType("aws:cloudwatch/logGroup:LogGroup").map(({ state }) => String(state["name"]));
      expect(created.filter((name) => name.startsWith("/aws/containerinsights/"))).toEqual([]);
    });
  });

  describe("the function that reads refused callers", () => {
    it("looks each minute, is told what it reads by its environment, and takes neither link nor lines from there", () => {
      const schedules = graph().schedules.filter(
        ({ targetFunction }) => targetFunction === "ReadAuthFailures",
      );
      expect(schedules).toMatchObject([{ expression: "rate(1 minute)", input: "{}" }]);
      expect(Object.keys(read().environment).toSorted()).toEqual(["BUS_NAME", "JOURNAL_TABLE", "TUNNELS"]);
    });

    it("has lines wait for their turn, tries them again, and runs so often at once at most", () => {
      expect(read().asyncInvoke).toMatchObject({
        maximumRetryAttempts: 2,
        maximumEventAgeSeconds: 21_600,
        onFailureArn: graph().queues[0]?.arn,
      });
      const bounded = graph().functions.filter(({ concurrencyMax }) => concurrencyMax !== undefined);
      expect(bounded).toMatchObject([{ logicalName: "ReadAuthFailures", concurrencyMax: 5 }]);
    });

    it("may keep what it has counted, read what was changed, tell incidents and ask others to look, and no more", async () => {
      const { role, arn, environment } = read();
      const table = `arn:aws:dynamodb:${graph().region}:${ACCOUNT_ID}:table/${environment["JOURNAL_TABLE"]}`;
      const bus = `arn:aws:events:${graph().region}:${ACCOUNT_ID}:event-bus/${environment["BUS_NAME"]}`;
      const keys = (key: string) => ({ "dynamodb:LeadingKeys": [key] });
      const cases: [string, string, Record<string, string | string[]>, "allowed" | "denied"][] = [
        ["dynamodb:GetItem", table, keys("link#key-link"), "allowed"],
        ["dynamodb:Query", table, keys("link#key-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("link#key-link"), "denied"],
        ["dynamodb:UpdateItem", table, keys("link#key-link"), "denied"],
        ["dynamodb:GetItem", table, keys("link#other-link"), "denied"],
        ["dynamodb:GetItem", table, keys("auth#key-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("auth#key-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("auth#other-link"), "denied"],
        ["dynamodb:Query", table, keys("auth#key-link"), "denied"],
        ["dynamodb:Query", table, keys("history#key-link"), "allowed"],
        ["dynamodb:Query", table, keys("history#key-link#one-client"), "allowed"],
        ["dynamodb:Query", table, keys("history#other-link"), "denied"],
        ["dynamodb:GetItem", table, keys("history#key-link"), "denied"],
        ["dynamodb:PutItem", table, keys("history#key-link"), "denied"],
        ["dynamodb:Query", table, keys("intent#key-link#one-client"), "denied"],
        ...["PutItem", "Query", "UpdateItem"].map((act): (typeof cases)[number] => [
          `dynamodb:${act}`,
          table,
          keys("incidents#key-link"),
          "allowed",
        ]),
        ["dynamodb:PutItem", table, keys("incidents#other-link"), "denied"],
        ["dynamodb:DeleteItem", table, keys("link#key-link"), "denied"],
        ["dynamodb:Scan", table, {}, "denied"],
        ["events:PutEvents", bus, { "events:source": ["warrener"] }, "allowed"],
        ["events:PutEvents", bus, { "events:source": ["other"] }, "denied"],
        ["logs:FilterLogEvents", `${arnOf("/example/relay")}:log-stream:`, {}, "denied"],
        ["sts:GetWebIdentityToken", "*", {}, "denied"],
        ["ec2:DescribeVpnConnections", "*", {}, "denied"],
        ...graph()
          .functions.filter((other) => other.arn !== arn)
          .map((other): (typeof cases)[number] => ["lambda:InvokeFunction", other.arn, {}, "denied"]),
        ...graph().secrets.map((one): (typeof cases)[number] => [
          "secretsmanager:GetSecretValue",
          one.arn,
          {},
          "denied",
        ]),
      ];
      for (const [action, resource, context, expected] of cases) {
        const answer = await authorize({ roleArn: role.arn, policy: role.policy, action, resource, context });
        expect([action, resource, context, answer]).toEqual([action, resource, context, expected]);
      }
      expect(await lintPolicy(role.policy)).toEqual([]);
    });

    it("has each function look that looks after what was refused, by an event that names it and nobody else", () => {
      const woken = ["certificates", "trust", "api-keys", "pre-shared-keys"].map((target) => {
        const event = { source: "warrener", "detail-type": "Warrener Wake", detail: { target } };
        const rules = graph().eventRules.filter(({ pattern }) => parsePattern(pattern)(event));
        // Nothing stands between: what is asked for is a run, and the event says nothing else.
        expect(rules).toMatchObject([{ busName: "warrener-test", targets: [{ input: undefined }] }]);
        return rules.flatMap(({ targets }) => targets.map(({ targetFunction }) => [target, targetFunction]));
      });
      expect(woken.flat()).toEqual([
        ["certificates", "RenewCertificates"],
        ["trust", "PublishTrust"],
        ["api-keys", "RotateApiKeys"],
        ["pre-shared-keys", "RotatePreSharedKeys"],
      ]);
    });
  });
}
