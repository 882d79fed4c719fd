/** What nobody should do to a deployment and somebody will: half of it at another commit, and events of any kind. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runAndDie } from "../crash/matrix.ts";
import { forgetCertificate, placeCertificate, type Scene, setScene } from "../crash/scene.ts";
import { type EvaluatedGraph, evaluate } from "../graph/evaluate.ts";
import { type Stack, startStack } from "./stack.ts";

const LINK_FILE = path.resolve(import.meta.dirname, "../crash/link.ts");
const OTHER_LINK_FILE = path.resolve(import.meta.dirname, "../../link.config.ts");

const DAY_SECONDS = 86_400;

let stack: Stack;
let scene: Scene;
/** The same stage from another commit, whose link gives the certificate a window. */
let other: EvaluatedGraph;

beforeAll(async () => {
  stack = await startStack({ linkFile: LINK_FILE, seed: 1, calm: true });
  scene = setScene(stack);
  other = await evaluate({ linkFile: OTHER_LINK_FILE });
});

afterAll(async () => {
  await other?.dispose();
  await stack?.close();
});

const entry = () => scene.vault.certificates.get(scene.certificate.name);
const signed = () =>
  stack.aws.acmPca.issued().filter(({ issuedTo }) => issuedTo === scene.renew.deployed.role.arn).length;

describe("an event that nobody sends", () => {
  const EVENTS: readonly unknown[] = [
    null,
    0,
    "text",
    [],
    [{ run: "plan" }],
    { run: "destroy" },
    { run: { $ne: null } },
    { __proto__: { run: "plan" }, names: "bunny-client" },
    { source: "aws.acm-pca", "detail-type": "ACM Private CA Certificate Issuance", resources: "none" },
    { source: "aws.acm-pca", detail: { result: "success" }, resources: ["arn:aws:acm-pca:::x", "y"] },
    { nested: Array.from({ length: 1_000 }, () => ({ a: "x".repeat(100) })) },
  ];

  it("changes nothing, and stops no function from working afterwards", async () => {
    await placeCertificate(scene, 6 * DAY_SECONDS);
    const calls = stack.kernel.calls().length;
    for (const running of stack.functions.values())
      for (const event of EVENTS) {
        const result = await running.invoke(event);
        // Refused or run: in no case did a process end of it.
        if (!result.ok) expect(result.errorType).not.toMatch(/Runtime|Sandbox|TypeError|ReferenceError/);
      }
    const changed = stack.kernel
      .calls()
      .slice(calls)
      .filter(({ mutates, operation }) => mutates && !operation.startsWith("logs:"));
    expect(changed).toEqual([]);
    expect([entry()?.versions.length, signed()]).toEqual([1, 0]);
    expect(await scene.renew.invoke({})).toMatchObject({ ok: true });
  });
});

describe("a run in the middle of a deployment", () => {
  it("ends as other-link, drops nothing, and goes on with the same request once both halves agree", async () => {
    forgetCertificate(scene);
    // A run that died with its request pending is what the deployment finds.
    const death = { operation: "acm-pca:IssueCertificate", caller: scene.renew.deployed.role.arn, nth: 1 };
    await runAndDie(scene, { ...death, when: "before", victim: "Lambda" });
    const waiting = entry()?.pending?.requestId;
    expect(entry()?.pending?.status).toBe("inProgress");

    await stack.azure.functionApp.restart(other.functionApp.directory);
    expect(await scene.renew.invoke({})).toMatchObject({
      ok: false,
      errorMessage: expect.stringContaining(`${scene.certificate.name}: refused, other-link`),
    });
    expect(entry()?.pending).toMatchObject({ requestId: waiting, status: "inProgress" });
    expect(signed()).toBe(0);

    await stack.azure.functionApp.restart(stack.graph.functionApp.directory);
    expect(await scene.renew.invoke({})).toMatchObject({ ok: true });
    expect(entry()?.pending).toMatchObject({ requestId: waiting, status: "completed" });
    expect([entry()?.versions.length, signed()]).toEqual([1, 1]);
  });
});
