/** Runs at once, each as a Lambda of its own, which knows nothing of what another one has started. */
import { renewCertificates } from "../../shared/certificates/renew.ts";
import type { RunReport } from "../../shared/certificates/report.ts";
import { createPace } from "../../shared/runtime/pace.ts";
import { createModel, type Model, START } from "./brain.ts";
import type { Halt } from "./calls.ts";
import { linkWith } from "./link.ts";
import { randomFrom } from "./weather.ts";

export const DUE = START + (604_800 * 2) / 3;

export const runApart = (model: Model, halt?: Halt): Promise<RunReport> =>
  model.calls.inProcess(
    () => renewCertificates({ ...model.brain(), pace: createPace(model.clock.nowMs) }),
    halt,
  );

export interface Together {
  readonly certificates: readonly string[];
  readonly stage: "first" | "renewal";
  readonly processes: number;
  /** Each call takes up to so long, drawn from the seed: so their order is another one each time. */
  readonly slowestMs: number;
  readonly seed: number;
}

export async function runTogether({ certificates, stage, processes, slowestMs, seed }: Together) {
  const model = await createModel({ link: linkWith(...certificates.map((name) => ({ name }))) });
  if (stage === "renewal") {
    await model.run();
    // One a second is made in a vault, so that the last one was issued so much later.
    model.clock.moveTo(DUE + certificates.length);
  }
  model.calls.forget();
  const signedBefore = model.authority.issues.length;
  const random = randomFrom(seed);
  model.calls.durationOf = () => Math.ceil(random() * slowestMs);
  const reports = await Promise.all(Array.from({ length: processes }, () => runApart(model)));
  return { model, reports, signed: model.authority.issues.length - signedBefore };
}
