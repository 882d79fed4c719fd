/** Asks every target all that it is to be asked, and says what was found. */
import { mkdir } from "node:fs/promises";
import { startBoto3 } from "./clients/boto3.ts";
import { commandLine } from "./clients/command-line.ts";
import { sdkCall } from "./clients/sdk.ts";
import { type Answers, compare, compareClients, type Finding, keyOf } from "./compare.ts";
import { DIFFERENCES } from "./differences.ts";
import { emulatorDoor, emulatorGround } from "./emulator-ground.ts";
import { EMULATORS, type EmulatorName, type Place, startEmulator } from "./emulators.ts";
import { patient } from "./patient.ts";
import { type Asked, ask, type Ground, type Probe } from "./probe.ts";
import { PROBES } from "./probes.ts";
import { preparePython } from "./python.ts";
import { type StandIn, startStandIn } from "./stand-in.ts";

export const CLIENTS = ["boto3", "aws"] as const;

export interface Missing {
  readonly target: string;
  readonly reason: string;
}

export interface Found {
  readonly findings: readonly Finding[];
  /** What this machine lacks the means to ask. */
  readonly missing: readonly Missing[];
}

/** Never rejects for a target that is there and broken: that is a failed finding. */
export async function runProbes(cache: string, say: (line: string) => void): Promise<Found> {
  await mkdir(cache, { recursive: true });
  const python = await preparePython(cache);
  if (python.kind === "broken") return { findings: [broken("python3", python.reason)], missing: [] };
  if (python.kind === "not-here") {
    const missing = [...EMULATORS, ...CLIENTS].map((target) => ({ target, reason: python.reason }));
    return { findings: [], missing };
  }
  const standIn = await startStandIn();
  try {
    return { findings: await askTargets(standIn, { bin: python.bin, cache }, say), missing: [] };
  } finally {
    await standIn.close();
  }
}

async function askTargets(standIn: StandIn, place: Place, say: (line: string) => void): Promise<Finding[]> {
  say("asking the stand-in");
  const ours = await askAll(PROBES, standIn.ground(patient(sdkCall(standIn.door))));
  say("asking moto and ministack, and the stand-in through boto3 and the aws command line");
  const targets: readonly (readonly [string, Promise<Finding[]>])[] = [
    ...EMULATORS.map((emulator) => [emulator, askEmulator(emulator, place, ours)] as const),
    ["boto3", askPython(standIn, place, ours)],
    ["aws", askCommandLine(standIn, place, ours)],
  ];
  const found = targets.map(([target, asked]) => asked.catch((error: unknown) => [broken(target, error)]));
  return (await Promise.all(found)).flat();
}

function broken(target: string, reason: unknown): Finding {
  const told = `is there and does not work: ${reason instanceof Error ? reason.message : String(reason)}`;
  return { operation: "all", name: "all", target, verdict: "failed", told };
}

async function askEmulator(emulator: EmulatorName, place: Place, standIn: Answers): Promise<Finding[]> {
  const server = await startEmulator(emulator, place);
  try {
    const theirs = await askAll(PROBES, emulatorGround(sdkCall(emulatorDoor(server.url))));
    return compare({ probes: PROBES, standIn, emulator, theirs, listed: DIFFERENCES });
  } finally {
    await server.stop();
  }
}

async function askPython({ door, ground }: StandIn, { bin }: Place, sdk: Answers): Promise<Finding[]> {
  const boto3 = startBoto3(bin("python"), door);
  try {
    const theirs = await askAll(CALLS, ground(patient(boto3.call)));
    return compareClients({ probes: PROBES, sdk, target: "boto3", theirs });
  } finally {
    await boto3.close();
  }
}

async function askCommandLine({ door, ground }: StandIn, { bin }: Place, sdk: Answers): Promise<Finding[]> {
  const theirs = await askAll(mainOf(CALLS), ground(patient(commandLine(bin("aws"), door))));
  return compareClients({ probes: PROBES, sdk, target: "aws", theirs });
}

/** What is asked by a call, which another client can make too. */
const CALLS: readonly Probe[] = PROBES.filter(({ operation }) => operation.includes(":"));

/** A process for each call takes a while: only what the project itself does most. */
const mainOf = (probes: readonly Probe[]): Probe[] =>
  probes.map(({ operation, cases }) => ({ operation, cases: cases.filter(({ main }) => main === true) }));

async function askAll(probes: readonly Probe[], ground: Ground): Promise<Answers> {
  const answers = new Map<string, Asked>();
  for (const { operation, cases } of probes) {
    for (const one of cases) answers.set(keyOf(operation, one.name), await ask(one, ground));
  }
  return answers;
}
