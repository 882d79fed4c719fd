/** What a deployment leaves alone where the account has a trail, and what it refuses to deploy. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { minimalLink } from "../testing/links.ts";
import { evaluate } from "./evaluate.ts";

const RULE = { direction: "in", protocol: "tcp", ports: 8_443, peer: { cidr: "10.20.0.0/24" } };
const RELAY = { name: "relay", cloud: "aws", group: "sg-0a1b2c3d4e5f60718", own: "all" };

async function evaluated(allowlists: object) {
  const directory = await mkdtemp(path.join(tmpdir(), "allowlists-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const linkFile = path.join(directory, "link.ts");
  await writeFile(linkFile, `export default ${JSON.stringify({ ...minimalLink, allowlists })};\n`);
  const graph = await evaluate({ stage: "test", linkFile });
  onTestFinished(() => graph.dispose());
  return graph;
}

it("makes no trail where the account's own is adopted, and listens to nothing in Azure without a group there", async () => {
  const graph = await evaluated({ trail: "adopt", groups: [RELAY] });
  expect(graph.trails).toEqual([]);
  expect(graph.resources.filter(({ type }) => /:s3\/bucket:|cloudtrail/.test(type))).toEqual([]);
  expect(graph.eventSubscriptions).toEqual([]);
  expect(graph.roleDefinitions.filter(({ roleName }) => roleName.includes("allowlist"))).toEqual([]);
  expect(graph.functionApp.settings["NSGS"]).toBe("{}");
  expect(graph.eventRules.map(({ name }) => name)).toContain("warrener-test-security-group-changed");
});

it("has nothing to do with CloudTrail or EC2 where every group is Azure's", async () => {
  const group = { resourceGroup: "network", nsg: "aks" };
  const graph = await evaluated({ groups: [{ name: "bunny", cloud: "azure", group, own: "all" }] });
  expect(graph.trails).toEqual([]);
  const heal = graph.functions.find(({ logicalName }) => logicalName === "HealAllowlists");
  expect(graph.eventRules.flatMap(({ pattern }) => (pattern.includes("aws.ec2") ? [pattern] : []))).toEqual(
    [],
  );
  const actions = heal?.role.policy.Statement.flatMap(({ Action }) => Action) ?? [];
  expect(actions.length).toBeGreaterThan(5);
  expect(actions.filter((action) => action.startsWith("ec2:"))).toEqual([]);
});

it("refuses an exception that is over, by its path and with what to do about it", async () => {
  const over = { rule: RULE, author: "alice", reason: "a move", until: "2020-01-31T18:00Z" };
  await expect(evaluated({ groups: [{ ...RELAY, exceptions: [over] }] })).rejects.toThrow(
    "allowlists.groups[0].exceptions[0].until: was over at 2020-01-31T18:00:00Z: leave the exception out",
  );
});
