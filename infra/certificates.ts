/// <reference path="../.sst/platform/config.d.ts" />
/** The function that renews the certificates of the link, when it runs, and exactly what it may do. */
import { CLIENT_TEMPLATE } from "../shared/certificates/authority.ts";
import type { Link } from "../shared/link/schema.ts";
import type { Journal } from "./journal.ts";
import {
  lambdaRole,
  lambdaRoleArn,
  type Permission,
  proveIdentityTo,
  trust,
  writeOwnLog,
} from "./lambda-role.ts";
import { stageName, tokenAudience } from "./names.ts";
import type { RelayLog } from "./relay-log.ts";

const CONCERN = "renew-certificates";

/** The next run looks again at everything, so an event that is older than this has nothing left to say. */
const EVENT_AGE_MAX_SECONDS = 3_600;
const RETRIES = 2;

export interface RenewalParts {
  certificateAuthorityArn: $util.Output<string>;
  journal: Journal;
  relayLog: RelayLog;
  /** Host name of the Function App. */
  hand: $util.Output<string>;
  deadLetterArn: $util.Output<string>;
  schedule: Link["certificates"];
}

export function renewCertificatesRoleArn(): $util.Output<string> {
  return lambdaRoleArn(CONCERN);
}

export function scheduleRenewals(parts: RenewalParts): void {
  const renew = createFunction(parts);
  new aws.lambda.FunctionEventInvokeConfig("RenewCertificatesAsync", {
    functionName: renew.name,
    maximumRetryAttempts: RETRIES,
    maximumEventAgeInSeconds: EVENT_AGE_MAX_SECONDS,
    destinationConfig: { onFailure: { destination: parts.deadLetterArn } },
  });
  createSchedule(renew.arn, parts);
}

function createFunction(parts: RenewalParts): sst.aws.Function {
  const name = stageName(CONCERN);
  const environment = {
    CA_ARN: parts.certificateAuthorityArn,
    JOURNAL_TABLE: parts.journal.name,
    RELAY_LOG_GROUP: parts.relayLog.name,
    HAND_URL: $interpolate`https://${parts.hand}/api`,
    TOKEN_AUDIENCE: tokenAudience(),
  };
  return new sst.aws.Function("RenewCertificates", {
    name,
    description: "Renews the certificates of the link before they end.",
    handler: "functions/renew-certificates.handler",
    runtime: "nodejs24.x",
    architecture: "arm64",
    memory: "512 MB",
    timeout: "2 minutes",
    logging: { format: "json", retention: "3 months" },
    environment,
    // Splitting leaves unread what only other ways of logging in to AWS need. Without the original names of
    // functions there is a tenth less to read at each cold start; stack traces are read with the source maps.
    nodejs: { minify: true, splitting: true, esbuild: { keepNames: false } },
    permissions: [writeOwnLog(name), ...permissions(parts)],
    transform: {
      role: lambdaRole(CONCERN),
      // SST adds a key to every environment, for links between resources, which are not used here; and in dev
      // what its bridge to the developer's machine needs.
      function: $dev ? {} : { environment: { variables: environment } },
    },
  });
}

function permissions({
  certificateAuthorityArn,
  journal,
  relayLog,
  deadLetterArn,
}: RenewalParts): Permission[] {
  return [
    {
      actions: ["acm-pca:IssueCertificate"],
      resources: [certificateAuthorityArn],
      // Without the template, whoever runs as this role could have a CA or a server certificate signed.
      conditions: [{ test: "StringEquals", variable: "acm-pca:TemplateArn", values: [CLIENT_TEMPLATE] }],
    },
    {
      actions: ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate"],
      resources: [certificateAuthorityArn],
    },
    {
      actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
      resources: [journal.arn],
    },
    { actions: ["logs:FilterLogEvents"], resources: [$interpolate`${relayLog.arn}:*`] },
    { actions: ["sqs:SendMessage"], resources: [deadLetterArn] },
    proveIdentityTo(tokenAudience()),
  ];
}

function createSchedule(functionArn: $util.Output<string>, { deadLetterArn, schedule }: RenewalParts): void {
  const { accountId } = aws.getCallerIdentityOutput();
  new sst.aws.CronV2("RenewCertificatesSchedule", {
    function: functionArn,
    schedule: rate(schedule.checkEverySeconds),
    timezone: schedule.timeZone,
    retries: RETRIES,
    dlq: deadLetterArn,
    transform: {
      role: {
        name: stageName(`${CONCERN}-schedule`),
        // Only schedules of this account may use the role.
        assumeRolePolicy: accountId.apply((account) =>
          trust("scheduler.amazonaws.com", { StringEquals: { "aws:SourceAccount": account } }),
        ),
      },
      schedule: (args) => {
        args.name = stageName(CONCERN);
        args.target = $output(args.target).apply((target) => ({
          ...target,
          retryPolicy: { ...target.retryPolicy, maximumEventAgeInSeconds: EVENT_AGE_MAX_SECONDS },
        }));
        return undefined;
      },
    },
  });
}

function rate(everySeconds: number): `rate(${string})` {
  const minutes = everySeconds / 60;
  return minutes === 1 ? "rate(1 minute)" : `rate(${minutes} minutes)`;
}
