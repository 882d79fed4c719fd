/** The deployment that a command is about: the local stack, or a stage in a real account. */
import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { dynamoJournal } from "../../shared/certificates/aws-journal.ts";
import type { Journal } from "../../shared/certificates/journal.ts";
import { dynamoFreeze } from "../../shared/freeze/aws-freeze.ts";
import type { FreezeStore } from "../../shared/freeze/store.ts";
import type { Audit } from "../../shared/journal/audit.ts";
import { dynamoAudit } from "../../shared/journal/aws-audit.ts";
import type { Link } from "../../shared/link/schema.ts";
import { APP, DEPLOYED, nameInStage } from "../../shared/runtime/deployed-names.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { loadLink } from "../stack/link.ts";
import { sayAwsError } from "./aws-errors.ts";
import { findLocalStack, LOCAL_STACK_FILE, type LocalStack } from "./local-stack.ts";

/** By what each looks after. */
export interface Functions {
  readonly bunnies: string;
  readonly relay: string;
  readonly allowlists: string;
  readonly apiKeys: string;
  readonly preSharedKeys: string;
  readonly trust: string;
  /** Those who are not let in. */
  readonly callers: string;
}

export interface Deployment {
  readonly stage: string;
  readonly link: Link;
  readonly lambda: LambdaClient;
  readonly functions: Functions;
  readonly table: string;
  readonly journal: Journal;
  readonly audit: Audit;
  readonly freezes: FreezeStore;
  /** The ARN of whoever uses the command line. Throws `ConfigError` when AWS does not say. */
  readonly readPerson: () => Promise<string>;
}

/** A function may take minutes to plan for thousands of certificates; a table never does. */
const PLAN_TIMEOUT_MS = 330_000;
const TABLE_TIMEOUT_MS = 10_000;
const limits = (requestTimeout: number) => ({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout, throwOnRequestTimeout: true },
});

export interface Choice {
  readonly stage?: string | undefined;
  readonly link?: string | undefined;
}

export interface Found {
  readonly stage: string;
  readonly link: Link;
  /** Null: link.config.ts. */
  readonly linkFile: string | null;
  /** Null: a stage in a real account. */
  readonly local: LocalStack | null;
}

/** Which deployment is meant, and its link; asks nobody. Throws `ConfigError` when none is named, and none runs here. */
export async function findStage(choice: Choice, localFile = LOCAL_STACK_FILE): Promise<Found> {
  const local = choice.stage === undefined ? await findLocalStack(localFile) : null;
  const stage = choice.stage ?? local?.stage;
  if (stage === undefined) {
    throw new ConfigError(
      "no local stack runs, and no stage is named: start one with `npm run local`, or name a deployment of yours with --stage",
    );
  }
  const linkFile = choice.link ?? local?.link ?? null;
  return { stage, link: await loadLink(linkFile ?? undefined), linkFile, local };
}

/** Throws `ConfigError` when no deployment is named and no local stack runs. */
export async function findDeployment(choice: Choice, localFile = LOCAL_STACK_FILE): Promise<Deployment> {
  return openDeployment(await findStage(choice, localFile));
}

function openDeployment({ stage, link, local }: Found): Deployment {
  // Real accounts: the SDK's own chain of credentials.
  const where =
    local === null
      ? { region: link.aws.region }
      : { region: local.region, endpoint: local.endpoint, credentials: local.credentials };
  const table = nameInStage(APP, stage, DEPLOYED.journal);
  const client = new DynamoDBClient({ ...where, ...limits(TABLE_TIMEOUT_MS) });
  const options = { client, table, link: link.name };
  return {
    stage,
    link,
    table,
    lambda: new LambdaClient({ ...where, ...limits(PLAN_TIMEOUT_MS) }),
    functions: functionsOf(stage),
    journal: dynamoJournal({ ...options, clock: () => Math.floor(Date.now() / 1_000) }),
    freezes: dynamoFreeze(options),
    audit: dynamoAudit({ ...options, clockMs: Date.now, pause: (ms) => pause(ms) }),
    readPerson: () => readPerson(new STSClient({ ...where, ...limits(TABLE_TIMEOUT_MS) })),
  };
}

/** Their names, of a stage. */
export function functionsOf(stage: string): Functions {
  const named = (thing: string) => nameInStage(APP, stage, thing);
  return {
    bunnies: named(DEPLOYED.renewCertificates),
    relay: named(DEPLOYED.renewRelayCertificate),
    allowlists: named(DEPLOYED.healAllowlists),
    apiKeys: named(DEPLOYED.rotateApiKeys),
    preSharedKeys: named(DEPLOYED.rotatePreSharedKeys),
    trust: named(DEPLOYED.publishTrust),
    callers: named(DEPLOYED.readAuthFailures),
  };
}

async function readPerson(client: STSClient): Promise<string> {
  const attempted = { action: "sts:GetCallerIdentity", target: "AWS STS" };
  const { Arn } = await client.send(new GetCallerIdentityCommand({})).catch((error: unknown) => {
    throw sayAwsError(error, attempted);
  });
  if (Arn === undefined) throw new ConfigError("AWS STS did not say whose credentials these are: try again");
  return Arn;
}
