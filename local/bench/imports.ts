/**
 * How long each deployed bundle takes to load, against a Node that loads nothing: the time of a whole process,
 * from its start to its end. Every round starts one process of each kind, so that what else the machine does
 * falls on all of them alike.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { measureBundle } from "../graph/bundle-size.ts";
import { evaluate } from "../graph/evaluate.ts";
import { substitute } from "../graph/identifiers.ts";
import type { Graph } from "../graph/schema.ts";
import { lambdaVariables } from "../lambda/variables.ts";
import { makeCa } from "../testing/certificates.ts";
import { ratio, type Samples, summarize } from "./samples.ts";

export interface ImportTime extends Samples {
  readonly bundle: string;
  /** To the median of a bare Node. */
  readonly ratio: number;
  /** What is read before the first call can be answered; that of the bare Node is nothing. */
  readonly eagerKb: number;
  /** That, and what is loaded only when it is needed. */
  readonly totalKb: number;
}

interface Subject {
  readonly bundle: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** esbuild's account of it. */
  readonly metafile?: string;
}

const BARE: Subject = { bundle: "bare Node", args: ["-e", ""], env: {} };
const LOAD_TIMEOUT_MS = 20_000;
/** Of which every function there is is deployed. */
const LINK_FILE = path.resolve(import.meta.dirname, "..", "demo", "link.ts");

export async function measureImports(rounds: number): Promise<ImportTime[]> {
  await using graph = await evaluate({ linkFile: LINK_FILE });
  const { certificatePem } = await makeCa();
  const known = { caCertificate: () => certificatePem, tokenIssuer: "https://issuer.example.com" };
  const lambdas = graph.functions.map((deployed) => lambdaSubject(deployed, known));
  const subjects = [BARE, ...lambdas, functionAppSubject(graph, known)];
  const times = new Map(subjects.map((subject) => [subject, [] as number[]]));
  // The first process of each kind finds files that are not cached yet.
  for (const subject of subjects) await timeOf(subject);
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of rotated(subjects, round)) times.get(subject)?.push(await timeOf(subject));
  }
  const bare = summarize(times.get(BARE) ?? []);
  return await Promise.all(subjects.map((subject) => describe(subject, times.get(subject) ?? [], bare)));
}

async function describe(
  { bundle, metafile }: Subject,
  times: readonly number[],
  bare: Samples,
): Promise<ImportTime> {
  const samples = summarize(times);
  const size = metafile === undefined ? { eagerBytes: 0, totalBytes: 0 } : await measureBundle(metafile);
  return {
    bundle,
    ...samples,
    ratio: ratio(samples.medianMs, bare.medianMs),
    eagerKb: Math.round(size.eagerBytes / 1_024),
    totalKb: Math.round(size.totalBytes / 1_024),
  };
}

/** What no evaluation can know. */
type Known = Parameters<typeof substitute>[1];

function lambdaSubject(deployed: Graph["functions"][number], known: Known): Subject {
  const { logicalName, directory, handler, metafile } = deployed;
  const file = path.join(directory, `${path.parse(handler).name}.mjs`);
  // It is loaded and never called, so nothing is asked at this address.
  const environment = substitute(deployed.environment, known);
  const env = lambdaVariables({ ...deployed, runtimeApi: "127.0.0.1:1", env: environment });
  return { bundle: logicalName, args: [file], env, metafile };
}

function functionAppSubject({ functionApp }: Graph, known: Known): Subject {
  const { directory, metafile, settings } = functionApp;
  const env = substitute(settings, known);
  return { bundle: "FunctionApp", args: [path.join(directory, "main.cjs")], env, metafile };
}

/** Milliseconds. Throws when the process fails, with what it wrote. */
async function timeOf({ bundle, args, env }: Subject): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    env,
    stdio: ["ignore", "ignore", "pipe"],
    timeout: LOAD_TIMEOUT_MS,
  });
  let messages = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages += text;
  });
  const [code] = await once(child, "close");
  const timeMs = performance.now() - startedAt;
  if (code !== 0) throw new Error(`${bundle} does not load: ${messages}`);
  return timeMs;
}

/** Each round begins with another one: none always follows the same. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
