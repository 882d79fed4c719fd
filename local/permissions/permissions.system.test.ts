/** What the whole deployment gives to whom, held against what IAM and Azure know, and against docs/security.md. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EvaluatedGraph } from "../graph/evaluate.ts";
import { viewRoles } from "../graph/lambda-views.ts";
import { lintPolicy } from "../graph/policy-lint.ts";
import { judge } from "./judge.ts";
import { writtenPart } from "./page.ts";
import { resourcePolicyFaults } from "./resource-policies.ts";
import { namedStatements } from "./statements.ts";
import { trustFaults } from "./trust.ts";
import { UNUSED } from "./unused.ts";
import { evaluateWhole, readPage, tablesOf } from "./whole.ts";

const FUNCTIONS = path.resolve(import.meta.dirname, "..", "..", "functions");

let graph: EvaluatedGraph;
beforeAll(async () => {
  graph = await evaluateWhole();
});
afterAll(() => graph?.dispose());

const entryPoints = (): string[] =>
  readdirSync(FUNCTIONS)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => name.replace(/\.ts$/, ""));

describe("the permissions of the whole deployment", () => {
  it("are those of every function that there is", () => {
    const deployed = graph.functions.map(({ name }) => name.replace("warrener-prod-", ""));
    expect(deployed.toSorted()).toEqual(entryPoints().toSorted());
  });

  it("name each action, only resources that it is about, and only condition keys that can be there", async () => {
    for (const { name, policy } of viewRoles(graph.resources)) {
      expect([name, await lintPolicy(policy)]).toEqual([name, []]);
      expect(policy.Statement.filter(({ Effect }) => Effect === "Deny")).toEqual([]);
      expect(() => namedStatements(policy)).not.toThrow();
    }
  });

  it("are given to one service each, and to one service account", () => {
    expect(trustFaults(graph)).toEqual([]);
  });

  it("are given by things to nobody else's service, to no stranger, and of keys to no administrator", async () => {
    const slackKey = graph.secrets.find(({ name }) => name.endsWith("slack-token"))?.kmsKeyArn;
    // A person puts Slack's token there, and whom the account lets do that is not the deployment's to say.
    expect(await resourcePolicyFaults(graph)).toEqual([`${slackKey}: kms:*: a wildcard: name each action`]);
  });

  it("have no wildcard in Azure", () => {
    for (const { actions, dataActions } of graph.roleDefinitions)
      expect([...actions, ...dataActions].filter((action) => action.includes("*"))).toEqual([]);
  });

  it("are as docs/security.md has them", async () => {
    expect(writtenPart(await readPage())).toBe(tablesOf(graph));
  });

  it("are what each listed exception is about", async () => {
    const { faults } = await judge(graph, [], UNUSED);
    expect(faults.filter((fault) => fault.includes("is listed as unused"))).toEqual([]);
  });

  it("have, for each function, a row on what could be done with it", async () => {
    const [, after = ""] = (await readPage()).split("## If one of them is compromised");
    const [section = ""] = after.split("\n## ");
    const rows = section.split("\n").filter((line) => line.startsWith("| "));
    const without = entryPoints().filter(
      (name) => !rows.some((row) => row.split("|")[1]?.includes(`\`${name}\``)),
    );
    expect(without).toEqual([]);
  });
});
