/**
 * Whether each of relay's replicas has the new certificate, by what they say in relay's log; read as Warrener reads it
 * before it makes a certificate current.
 */
import * as z from "zod";
import { HEARD_WITHIN_SECONDS, latestReports } from "../../../shared/certificates/aws-loaded.ts";
import type { ReplicaReport } from "../../../shared/certificates/replicas.ts";
import { Serial } from "../../../shared/certificates/schema.ts";
import { CloudError, ConfigError } from "../../../shared/runtime/errors.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import type { Moment } from "../times.ts";
import { need, needJson } from "./certificate-files.ts";
import type { Done } from "./done.ts";
import type { PrivateFiles } from "./private-files.ts";

/** Known to work, and shown to whoever connects now. */
export type Stage = "loaded" | "served";

const Answer = z.object({ events: z.array(z.object({ timestamp: z.number(), message: z.string() })) });

/** Throws `ConfigError` while a replica has it not, with which; and when none says anything. */
export async function checkReplicas(
  stage: Stage,
  logGroup: string,
  files: PrivateFiles,
  { now }: Moment,
): Promise<Done> {
  const serial = await readSerial(files);
  const reports = await readReports(logGroup, files, now);
  if (reports.length === 0) {
    throw new ConfigError(
      "no replica has said in the last 5 minutes what it has loaded: nobody can tell. See that relay runs, and that its log arrives",
    );
  }
  const behind = reports.filter(({ serials }) => !has(stage, serials, serial));
  if (behind.length > 0)
    throw new ConfigError(`not yet ${stage} by ${namesOf(behind)}, of ${reports.length}: look again`);
  const replicas = namesOf(reports);
  return { lines: [`${serial} is ${stage} by all: ${replicas}.`], json: { serial, stage, replicas } };
}

/** The first one is served, the one after it ready to follow. */
const has = (stage: Stage, serials: readonly Serial[], serial: Serial): boolean =>
  stage === "served" ? serials[0] === serial : serials.includes(serial);

const namesOf = (reports: readonly ReplicaReport[]) => reports.map(({ replica }) => replica).join(", ");

async function readSerial(files: PrivateFiles): Promise<Serial> {
  const parsed = Serial.safeParse((await need(files, "serial")).trim());
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${files.nameOf("serial")} holds no serial: do check-chain again`);
}

async function readReports(logGroup: string, files: PrivateFiles, now: Instant): Promise<ReplicaReport[]> {
  const parsed = Answer.safeParse(await needJson(files, "loaded.json"));
  if (!parsed.success) throw unreadable(files);
  // A file of an earlier look says nothing of now.
  const since = (now - HEARD_WITHIN_SECONDS) * 1_000;
  const events = parsed.data.events.filter(({ timestamp }) => timestamp >= since);
  try {
    return latestReports(events, logGroup);
  } catch (error) {
    if (error instanceof CloudError) throw unreadable(files);
    throw error;
  }
}

const unreadable = (files: PrivateFiles) =>
  new ConfigError(
    `${files.nameOf("loaded.json")} is not what relay's log answers of relay.loaded: do the step again that writes it, and look at it`,
  );
