/** What runs at once cost beside one alone: signatures and calls, over models in their own time. */
import type { Model } from "../model/brain.ts";
import { runTogether } from "../model/together.ts";
import { ratio, spreadOf } from "./samples.ts";

export interface TogetherFigures {
  /** Runs at once. */
  readonly processes: number;
  readonly cases: number;
  readonly certificates: number;
  /** For each certificate, in all cases: signatures of the CA, and versions in the vault. */
  readonly signatures: number;
  readonly versions: number;
  /** Calls of `IssueCertificate` for each signature: those beyond one are answered with the same certificate. */
  readonly medianIssueCalls: number;
  readonly maxIssueCalls: number;
  /** Calls of AWS and of the Function, as a multiple of those that one run makes alone. */
  readonly medianCalls: number;
  readonly maxCalls: number;
}

const CERTIFICATES = ["a", "b", "c"];
const CASES = 40;
const SLOWEST_MS = 2_000;

export async function measureTogether(): Promise<TogetherFigures[]> {
  const alone = await runCases(1);
  const { median } = spreadOf(alone.map(({ calls }) => calls));
  return [figuresOf(1, alone, median), ...(await measureMore(median))];
}

async function measureMore(alone: number): Promise<TogetherFigures[]> {
  const figures: TogetherFigures[] = [];
  for (const processes of [2, 4]) figures.push(figuresOf(processes, await runCases(processes), alone));
  return figures;
}

interface Case {
  readonly signed: number;
  readonly versions: number;
  readonly issueCalls: number;
  readonly calls: number;
}

async function runCases(processes: number): Promise<Case[]> {
  const cases: Case[] = [];
  for (let seed = 1; seed <= CASES; seed += 1) {
    const drawn = { certificates: CERTIFICATES, stage: "renewal", slowestMs: SLOWEST_MS, seed } as const;
    const { model, signed } = await runTogether({ ...drawn, processes });
    const issueCalls = model.calls.count("authority.issue");
    cases.push({ signed, versions: versionsOf(model), issueCalls, calls: model.calls.brain.length });
  }
  return cases;
}

/** Beyond the one that was there before. */
const versionsOf = ({ vault }: Model): number =>
  CERTIFICATES.reduce((sum, name) => sum + (vault.entries.get(name)?.versions.length ?? 0) - 1, 0);

function figuresOf(processes: number, cases: readonly Case[], alone: number): TogetherFigures {
  const total = (part: (one: Case) => number) => cases.reduce((sum, one) => sum + part(one), 0);
  const issueCalls = spreadOf(cases.map((one) => one.issueCalls / one.signed));
  const calls = spreadOf(cases.map((one) => one.calls));
  const all = CERTIFICATES.length * cases.length;
  return {
    ...{ processes, cases: cases.length, certificates: CERTIFICATES.length },
    signatures: ratio(
      total(({ signed }) => signed),
      all,
    ),
    versions: ratio(
      total(({ versions }) => versions),
      all,
    ),
    medianIssueCalls: ratio(issueCalls.median, 1),
    maxIssueCalls: ratio(issueCalls.max, 1),
    medianCalls: ratio(calls.median, alone),
    maxCalls: ratio(calls.max, alone),
  };
}
