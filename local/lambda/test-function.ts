/** Functions for tests: small bundles, run for the length of one test. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { type LambdaOptions, startLambda } from "./lambda.ts";

/** A running function whose bundle is this text. */
export async function start(source: string, options: Partial<LambdaOptions> = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), "lambda-"));
  await writeFile(path.join(directory, "bundle.mjs"), source);
  const lines: string[] = [];
  const lambda = await startLambda({
    name: "test-function",
    directory,
    handler: "bundle.handler",
    env: {},
    memoryMb: 128,
    timeoutSeconds: 20,
    onLogLine: (line) => lines.push(line),
    ...options,
  });
  onTestFinished(async () => {
    await lambda.close();
    await rm(directory, { recursive: true });
  });
  return { lambda, lines };
}

export const counter = "let invocations = 0; export const handler = async () => ++invocations;";
export const hanging = "export const handler = () => new Promise(() => setInterval(() => {}, 1000));";
