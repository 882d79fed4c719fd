/** The project's own stand-ins as a target: every service of AWS behind one server, calm, with all calls allowed. */
import { randomBytes, randomUUID } from "node:crypto";
import { AcmPca } from "../aws/acm-pca/acm-pca.ts";
import { startDynamoDb } from "../aws/dynamodb.ts";
import { Ec2 } from "../aws/ec2/ec2.ts";
import { SecurityGroupWorld } from "../aws/ec2/security-groups/world.ts";
import { EventBridge } from "../aws/event-bridge/event-bridge.ts";
import { parsePattern } from "../aws/event-bridge/pattern.ts";
import { PatternError } from "../aws/event-bridge/pattern-error.ts";
import { Identities } from "../aws/identities.ts";
import { createIssuer } from "../aws/issuer.ts";
import { Logs } from "../aws/logs.ts";
import { SecretsManager } from "../aws/secrets-manager/secrets-manager.ts";
import { startAwsServer } from "../aws/server.ts";
import { createSts } from "../aws/sts.ts";
import { realTimers } from "../aws/timers.ts";
import { Kernel } from "../stand-in/kernel.ts";
import { VpnWorld } from "../vpn/world.ts";
import { type Call, Refused } from "./call.ts";
import type { Door } from "./door.ts";
import { ACCOUNT, REGION } from "./places.ts";
import type { Ground } from "./probe.ts";

export interface StandIn {
  readonly door: Door;
  /** The same stand-in, asked through another client. */
  readonly ground: (call: Call) => Ground;
  readonly close: () => Promise<void>;
}

const vpcId = "vpc-0123456789abcdef0";
const tenYearsS = 3650 * 86_400;

export async function startStandIn(): Promise<StandIn> {
  const kernel = new Kernel({ seed: 1, calm: true });
  const dynamodb = await startDynamoDb({ kernel, region: REGION });
  const issuer = await createIssuer(`https://${randomUUID()}.tokens.sts.global.api.aws`, kernel);
  const groups = new SecurityGroupWorld({
    region: REGION,
    accountId: ACCOUNT,
    faults: kernel.faults,
    now: Date.now,
    tell: () => {},
  });
  const vpn = new VpnWorld({ timers: realTimers, connections: [] });
  const events = new EventBridge({ kernel, region: REGION, accountId: ACCOUNT, timers: realTimers });
  const authorities = new AcmPca({ kernel });
  const secrets = new SecretsManager({ kernel, region: REGION });
  const logs = new Logs({ kernel, region: REGION });
  const identities = new Identities();
  const server = await startAwsServer({
    kernel,
    region: REGION,
    identities,
    authorize: () => Promise.resolve("allowed"),
    services: [
      authorities.service,
      createSts({ issuer, region: REGION, federationEnabled: () => true }),
      secrets.service,
      new Ec2({ region: REGION, accountId: ACCOUNT, world: vpn, securityGroups: groups }).service,
      logs.service,
      dynamodb.service,
      events.service,
    ],
  });
  const grounds: Omit<Ground, "call"> = {
    authority: async () => {
      const arn = `arn:aws:acm-pca:${REGION}:${ACCOUNT}:certificate-authority/${randomUUID()}`;
      await authorities.createAuthority({ arn, commonName: "Probe CA", lifetimeSeconds: tenYearsS });
      return arn;
    },
    secret: () => {
      const name = fresh("secret");
      const arn = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-a1B2c3`;
      secrets.createSecret({ name, arn });
      return Promise.resolve({ name, arn });
    },
    table: async () => {
      const name = fresh("table");
      await dynamodb.createTable({ name, partitionKey: "pk", sortKey: "sk" });
      return name;
    },
    logGroup: () => {
      const name = fresh("/probe/group");
      logs.createGroup(name);
      return Promise.resolve(name);
    },
    securityGroup: () => Promise.resolve({ id: groups.create({ name: fresh("group"), vpcId }).id, vpcId }),
    fits: (pattern, event) => Promise.resolve(fits(pattern, event)),
  };
  return {
    door: { url: server.url, region: REGION, credentials: identities.issue({ roleArn: ROLE }).credentials },
    ground: (call) => ({ call, ...grounds }),
    close: async () => {
      vpn.stop();
      await events.stop();
      await server.close();
      await dynamodb.close();
    },
  };
}

const ROLE = `arn:aws:iam::${ACCOUNT}:role/probe`;

/** Rules come with the deployment, so no call of the stand-in's takes a pattern: its reader is asked directly. */
function fits(pattern: string, event: string): boolean {
  try {
    return parsePattern(pattern)(JSON.parse(event));
  } catch (error) {
    if (error instanceof PatternError) throw new Refused("InvalidEventPatternException", 400);
    throw error;
  }
}

const fresh = (kind: string): string => `${kind}-${randomBytes(6).toString("hex")}`;
