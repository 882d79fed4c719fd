/** Runs each minute, and when a person asks (infra/pre-shared-keys.ts); looks after the tunnels' pre-shared keys. */
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client } from "@aws-sdk/client-ec2";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { STSClient } from "@aws-sdk/client-sts";
import middy from "@middy/core";
import * as z from "zod";
import declared from "../link.config.ts";
import { incidentBus } from "../shared/alerts/aws-bus.ts";
import { reportConditions } from "../shared/alerts/report-conditions.ts";
import { settleAsk, writeAsk } from "../shared/asks/aws-asks.ts";
import { createHand } from "../shared/azure-api/client.ts";
import { dynamoAudit } from "../shared/journal/aws-audit.ts";
import { eventSender } from "../shared/journal/aws-bus.ts";
import { dynamoPreShared } from "../shared/keys/aws-pre-shared-store.ts";
import { awsTunnelKeys } from "../shared/keys/aws-tunnel-keys.ts";
import { tunnelSecret } from "../shared/keys/aws-tunnel-secret.ts";
import { azureKeys } from "../shared/keys/pre-shared-ask-hand.ts";
import { DeployedSecrets, keyStorageOf, secretsOf } from "../shared/keys/pre-shared-deployed.ts";
import { runOnEvent } from "../shared/keys/pre-shared-on-event.ts";
import { dynamoLease } from "../shared/lease/aws-lease.ts";
import { linkDigest, parseLink } from "../shared/link/load.ts";
import { CLIENT_LIMITS } from "../shared/runtime/aws.ts";
import { parseEnvironment } from "../shared/runtime/environment.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import { heartbeat } from "../shared/runtime/heartbeat.ts";
import { failOnTrouble, lambdaSink } from "../shared/runtime/lambda.ts";
import { createLog } from "../shared/runtime/log.ts";
import { webIdentity } from "../shared/runtime/web-identity.ts";
import { awsTunnels } from "../shared/tunnels/aws.ts";
import { dynamoTunnels } from "../shared/tunnels/aws-memory.ts";
import { DeployedTunnels, desiredTunnels } from "../shared/tunnels/desired.ts";
import { consoleLinks } from "../shared/tunnels/links.ts";
import { observeAgain } from "../shared/tunnels/observe.ts";

const Environment = z.object({
  JOURNAL_TABLE: z.string().min(1),
  BUS_NAME: z.string().min(1),
  HAND_URL: z.url({ protocol: /^https$/ }),
  TOKEN_AUDIENCE: z.string().min(1),
  TUNNELS: DeployedTunnels,
  ALARM_PREFIX: z.string().min(1),
  KEY_SECRETS: DeployedSecrets,
});

const environment = parseEnvironment(Environment, process.env);
const link = parseLink(declared);
const { vpn } = link;
if (vpn?.preSharedKeys === undefined)
  throw new ConfigError("the link has no vpn.preSharedKeys: deploy again");

const clock = () => Math.floor(Date.now() / 1000);
const table = {
  client: new DynamoDBClient(CLIENT_LIMITS),
  table: environment.JOURNAL_TABLE,
  link: link.name,
};
const token = webIdentity({
  client: new STSClient(CLIENT_LIMITS),
  audience: environment.TOKEN_AUDIENCE,
  clock,
});
const hand = createHand({ url: environment.HAND_URL, link: linkDigest(link), token, fetch });
const ec2 = new EC2Client(CLIENT_LIMITS);
const secretsManager = new SecretsManagerClient(CLIENT_LIMITS);
const desired = desiredTunnels(vpn, environment.TUNNELS);
const log = createLog(lambdaSink, { link: link.name });
const alerts = {
  link: link.name,
  messenger: link.alerts?.slack !== undefined,
  bus: incidentBus(eventSender(CLIENT_LIMITS), environment.BUS_NAME),
  clock,
  log,
};
const deployed = {
  link,
  policy: vpn.preSharedKeys,
  desired,
  secrets: secretsOf(desired, environment.KEY_SECRETS, (secret) =>
    tunnelSecret({ client: secretsManager, secret, clock }),
  ),
  aws: awsTunnelKeys({ ec2, secrets: secretsManager, storageOf: keyStorageOf(vpn) }),
  azure: azureKeys(hand),
  observeTunnels: () => observeAgain({ aws: awsTunnels(ec2), hand, desired }),
  random: randomBytes,
  lease: dynamoLease({ ...table, clock, newGrant: randomUUID }),
  asking: {
    ask: (name: string, at: number, actor: string) => writeAsk(table, { name, at, actor }),
    settle: (name: string, at: number) => settleAsk(table, name, at),
  },
  audit: dynamoAudit({ ...table, clockMs: Date.now, pause: (ms) => pause(ms) }),
  linksTo: consoleLinks({ region: link.aws.region, desired, alarmPrefix: environment.ALARM_PREFIX }),
  log,
  clock,
};

export const handler = middy<unknown, { readonly trouble: readonly string[] }>()
  .use(heartbeat({ clockMs: Date.now, write: (text) => process.stdout.write(text) }))
  .use(failOnTrouble())
  .handler((event, context) => {
    const { store, incidents, freeze } = dynamoPreShared(table, dynamoTunnels(table));
    const brain = {
      ...deployed,
      store,
      freeze,
      tell: (report: Parameters<typeof reportConditions>[1]) =>
        reportConditions({ ...alerts, store: incidents }, report),
      holder: context.awsRequestId,
      invocation: { actor: context.functionName, requestId: context.awsRequestId },
      remainingMs: () => context.getRemainingTimeInMillis(),
    };
    return runOnEvent(brain, event);
  });
