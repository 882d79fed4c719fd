/** Carries out what is asked of one key, or of whatever is rotated. */
import { linkCertificates } from "../../shared/certificates/desired.ts";
import type { Audit } from "../../shared/journal/audit.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import type { Answered } from "./answered.ts";
import type { Deployment } from "./deployment.ts";
import { toLines } from "./line.ts";
import { readKeys } from "./read-keys.ts";
import { rotate } from "./rotate.ts";
import { rotateCertificate } from "./rotate-certificate.ts";
import { sayKeyExplained } from "./say-keys.ts";
import type { PlanContext } from "./say-plan.ts";
import type { Moment } from "./times.ts";

const HISTORY_MAX = 50;

export async function explainKey(
  deployment: Pick<Deployment, "link" | "lambda" | "functions"> & { readonly audit: Pick<Audit, "history"> },
  name: string,
  moment: Moment,
): Promise<Answered> {
  const [{ keys, problem }, history] = await Promise.all([
    readKeys(deployment, name),
    deployment.audit.history({ target: name, limit: HISTORY_MAX }),
  ]);
  const [one] = keys;
  if (one === undefined) throw new ConfigError(`nothing was answered for ${name}`);
  // The hand's notes say again what the brain has recorded already.
  const own = history.changes.filter(({ kind }) => kind !== "hand-note");
  const lines = sayKeyExplained(one, own, moment);
  return { lines, json: { key: one, history: history.changes, sentences: lines }, problem };
}

export async function rotateNamed(
  deployment: Pick<Deployment, "link" | "lambda" | "functions" | "readPerson">,
  name: string,
  context: PlanContext,
): Promise<Answered> {
  if (linkCertificates(deployment.link).some((one) => one.name === name)) {
    const { lines, certificate } = await rotateCertificate(deployment, name, context);
    return { lines: toLines(lines), json: { name, certificate }, problem: null };
  }
  const { lines, report } = await rotate(deployment, name);
  return { lines: toLines(lines), json: { name, report }, problem: null };
}
