/** The real bundles, killed at each change that a clean run makes, and healed by the next run. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultsAfter } from "../crash/healed.ts";
import { deathsAt, nameOf, type Place, recordChanges } from "../crash/matrix.ts";
import { type Scene, setScene } from "../crash/scene.ts";
import { STAGES, setStage } from "../crash/stages.ts";
import { sampled } from "../property.ts";
import { type Stack, startStack } from "./stack.ts";

const LINK_FILE = path.resolve(import.meta.dirname, "../crash/link.ts");
/** A case takes about a second. */
const MATRIX_TIMEOUT_MS = 300_000;

const ISSUE = [
  "key-vault:CreateCertificate",
  "dynamodb:PutItem",
  "acm-pca:IssueCertificate",
  "dynamodb:UpdateItem",
  "key-vault:MergeCertificate",
];

let stack: Stack;
let scene: Scene;
const recorded = new Map<string, readonly Place[]>();

beforeAll(async () => {
  // Calm stand-ins, so that a run makes the same calls as the clean one; nothing runs by itself.
  stack = await startStack({ linkFile: LINK_FILE, seed: 1, calm: true });
  scene = setScene(stack);
  for (const stage of STAGES) {
    await setStage(scene, stage);
    const run = async () => expect(await scene.renew.invoke({}), stage.name).toMatchObject({ ok: true });
    recorded.set(stage.name, await recordChanges(scene, run));
  }
  const cases = [...recorded.values()].flatMap(deathsAt).length;
  process.stdout.write(`crash matrix: ${cases} cases\n`);
});

afterAll(async () => {
  await stack?.close();
});

const changesOf = (stage: string) => recorded.get(stage) ?? [];

describe("a clean run", () => {
  // Guards the matrix: what it goes through is the whole path. What else is recorded is covered as well.
  it.each([
    ["the first issue", ISSUE],
    ["a renewal", ISSUE],
    ["the drop of a foreign request", ["key-vault:DeleteCertificateOperation"]],
    ["the first sight of a certificate in use", ["dynamodb:PutItem"]],
    ["the collection of the hand's notes", ["dynamodb:PutItem", "tables:DeleteEntity"]],
  ])("changes the clouds in %s", (stage, operations) => {
    const changes = changesOf(stage).map(({ operation }) => operation);
    expect(changes).toEqual(expect.arrayContaining(operations));
  });
});

describe.each(STAGES)("$name", (stage) => {
  it(
    "is finished by the next run, wherever one half died",
    async () => {
      const faults: string[] = [];
      for (const death of sampled(deathsAt(changesOf(stage.name)), 3)) {
        for (const fault of await faultsAfter(scene, stage, death)) faults.push(`${nameOf(death)}: ${fault}`);
      }
      expect(faults).toEqual([]);
    },
    MATRIX_TIMEOUT_MS,
  );
});

describe("after all of it", () => {
  it("every call was one that the stand-ins know and the policies allow, and no key was seen", () => {
    expect(stack.aws.server.decisions().filter(({ result }) => result === "denied")).toEqual([]);
    expect(stack.aws.server.troubles()).toEqual([]);
    expect(stack.proxy.refused()).toEqual([]);
    expect(stack.tap.report().leaks).toEqual([]);
  });
});
