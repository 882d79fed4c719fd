import { describe, expect, it } from "vitest";
import { PolicyDocument } from "../graph/schema.ts";
import { facetsOf, namedStatements } from "./statements.ts";

const TABLE = "arn:aws:dynamodb:eu-west-2:123456789012:table/journal";
const keys = (...patterns: string[]) => ({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": patterns } });

const policy = (...statements: object[]) =>
  PolicyDocument.parse({
    Version: "2012-10-17",
    Statement: statements.map((one) => ({ Effect: "Allow", Resource: TABLE, ...one })),
  });

describe("namedStatements", () => {
  it("names a statement by its actions and condition keys, whatever the link's own things are called", () => {
    const named = (link: string, table: string) =>
      namedStatements(
        policy(
          {
            Action: ["dynamodb:Query", "dynamodb:GetItem"],
            Condition: keys(`link#${link}`),
            Resource: table,
          },
          { Action: "dynamodb:Query" },
        ),
      ).map(({ name }) => name);
    expect(named("one", TABLE)).toEqual([
      "dynamodb:GetItem, dynamodb:Query where ForAllValues:StringLike dynamodb:LeadingKeys",
      "dynamodb:Query",
    ]);
    expect(named("other", `${TABLE}-other`)).toEqual(named("one", TABLE));
  });

  it("refuses a policy with two statements of one name", () => {
    const twice = policy(
      { Action: "dynamodb:Query" },
      { Action: "dynamodb:Query", Resource: `${TABLE}-other` },
    );
    expect(() => namedStatements(twice)).toThrow("two statements of one policy are dynamodb:Query");
  });
});

describe("facetsOf", () => {
  const facets = (statement: object) => policy(statement).Statement.flatMap(facetsOf);
  const question = (asked: object) => ({
    action: "dynamodb:Query",
    resource: TABLE,
    context: {},
    result: "allowed" as const,
    ...asked,
  });

  it("has one for each action", () => {
    const [get, query] = facets({ Action: ["dynamodb:GetItem", "dynamodb:Query"] });
    expect([get?.what, query?.what]).toEqual(["dynamodb:GetItem", "dynamodb:Query"]);
    expect([get?.uses(question({})), query?.uses(question({}))]).toEqual([false, true]);
  });

  it("has one for each kind of resource, where there are several", () => {
    const rule = "arn:aws:ec2:eu-west-2:123456789012:security-group-rule/*";
    const list = "arn:aws:ec2:eu-west-2:*:prefix-list/pl-1";
    const found = facets({ Action: "ec2:ModifySecurityGroupRules", Resource: [rule, list] }).slice(1);
    expect(found.map(({ what }) => what)).toEqual(["on security-group-rule", "on prefix-list"]);
    const about = question({ resource: "arn:aws:ec2:eu-west-2:123456789012:prefix-list/pl-1" });
    expect(found.map(({ uses }) => uses(about))).toEqual([false, true]);
  });

  it("has one for each pattern of a table's keys, without the link's name", () => {
    const Condition = keys("link#one", "intent#one#*", "history#one");
    const found = facets({ Action: "dynamodb:Query", Condition }).slice(1);
    expect(found.map(({ what }) => what)).toEqual([
      "keys link#<link>",
      "keys intent#<link>#*",
      "keys history#<link>",
    ]);
    const used = (key: string) => {
      const asked = question({ context: { "dynamodb:LeadingKeys": [key] } });
      return found.map(({ uses }) => uses(asked));
    };
    expect(used("intent#one#bunny-client")).toEqual([false, true, false]);
    expect(used("history#one")).toEqual([false, false, true]);
    expect(used("history#one#bunny-client")).toEqual([false, false, false]);
  });
});
