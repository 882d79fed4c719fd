/** What a link has of refused callers that has nothing else: no tunnels, no keys, and nobody to tell. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { minimalLink } from "../testing/links.ts";
import { type EvaluatedGraph, evaluate } from "./evaluate.ts";
import { INFREQUENT_LOG_GROUP } from "./identifiers.ts";

const authFailures = { logs: [{ group: "/other/relay", readers: [{ reader: "relay" }] }] };

let directory: string;
async function evaluateWith(changes: object): Promise<EvaluatedGraph> {
  const linkFile = path.join(directory, "link.ts");
  await writeFile(linkFile, `export default ${JSON.stringify({ ...minimalLink, ...changes })};\n`);
  return await evaluate({ stage: "test", linkFile });
}

let evaluated: EvaluatedGraph;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "auth-failures-"));
  evaluated = await evaluateWith({ authFailures });
});
afterAll(async () => {
  await evaluated?.dispose();
  await rm(directory, { recursive: true, force: true });
});

it("reads a log that is somebody else's, and neither creates it nor counts in it where nobody would be told", () => {
  expect(evaluated.subscriptionFilters.map(({ logGroup }) => logGroup)).toEqual(["/other/relay"]);
  expect(evaluated.logGroups.map(({ name }) => name)).not.toContain("/other/relay");
  expect(evaluated.logMetricFilters).toEqual([]);
  expect(evaluated.metricAlarms).toEqual([]);
});

it("tells the function of no tunnels, and has it wake what the link has alone", () => {
  const read = evaluated.functions.find(({ logicalName }) => logicalName === "ReadAuthFailures");
  expect(Object.keys(read?.environment ?? {}).toSorted()).toEqual(["BUS_NAME", "JOURNAL_TABLE"]);
  const wakes = evaluated.eventRules.filter(({ pattern }) => pattern.includes("Warrener Wake"));
  expect(wakes.map(({ name }) => name)).toEqual(["warrener-test-wake-certificates"]);
});

it("refuses a log group whose class takes no filters, by its name and with what to do about it", async () => {
  const logs = [{ group: INFREQUENT_LOG_GROUP, readers: [{ reader: "relay" }] }];
  await expect(evaluateWith({ authFailures: { logs } })).rejects.toThrow(
    "authFailures.logs: /example/infrequent is of the class INFREQUENT_ACCESS, which takes no subscription filter, and a class cannot be changed: have the lines written into a log group of the class STANDARD",
  );
});

it("asks the same of relay's own log where somebody else has made it", async () => {
  const log = { group: INFREQUENT_LOG_GROUP, create: false };
  const logs = [{ group: INFREQUENT_LOG_GROUP, readers: [{ reader: "relay" }] }];
  const changes = { authFailures: { logs }, relay: { ...minimalLink.relay, log } };
  await expect(evaluateWith(changes)).rejects.toThrow("is of the class INFREQUENT_ACCESS");
});
