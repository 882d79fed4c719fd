/**
 * A sweep of many groups of both clouds that are in order, as almost every sweep is: the real loop of both halves in one
 * process, the official client of EC2 at the stand-in, and network security groups in memory. What is counted are the
 * calls; the time is that of this machine, without any network.
 */
import { EC2Client } from "@aws-sdk/client-ec2";
import { scopeOf } from "../../shared/allowlists/agreed.ts";
import { awsSecurityGroups } from "../../shared/allowlists/aws-security-groups.ts";
import { writeConsent } from "../../shared/allowlists/nsg-consent.ts";
import { healGroups } from "../../shared/allowlists/nsg-hand.ts";
import type { NsgCall, NsgHand, NsgPlace } from "../../shared/allowlists/nsg-heal-group.ts";
import type { Invoked } from "../../shared/allowlists/run-on-event.ts";
import type { AllowlistGroup, AzureGroup } from "../../shared/allowlists/schema.ts";
import { createLog } from "../../shared/runtime/log.ts";
import { Ec2 } from "../aws/ec2/ec2.ts";
import { SecurityGroupWorld } from "../aws/ec2/security-groups/world.ts";
import { accountId, region, startWorld } from "../aws/test-world.ts";
import { type AllowlistsModel, createAllowlistsModel } from "../model/allowlists.ts";
import { type ModelNsg, modelNsg } from "../model/network-security-groups.ts";
import { modelRows } from "../model/rows.ts";
import { newGroup } from "../stack/allowlists.ts";
import { testWorld } from "../vpn/test-world.ts";

export interface SweepFigures {
  readonly securityGroups: number;
  readonly networkSecurityGroups: number;
  readonly rulesEach: number;
  /** Of EC2, by operation. */
  readonly ec2Calls: Readonly<Record<string, number>>;
  readonly handCalls: number;
  /** The hand's own: each NSG once. */
  readonly nsgReads: number;
  readonly seconds: number;
}

const GROUPS = 500;
const RULES = 10;

export async function measureSweep(): Promise<SweepFigures> {
  const model = createAllowlistsModel({ groups: [...awsGroups(), ...azureGroups()] });
  const { world: vpn } = testWorld();
  const aws = await startWorld((kernel) => {
    const world = new SecurityGroupWorld({
      region,
      accountId,
      faults: kernel.faults,
      now: Date.now,
      tell: () => {},
    });
    for (const group of model.allowlists.groups) if (group.cloud === "aws") world.create(newGroup(group));
    return [new Ec2({ region, accountId, world: vpn, securityGroups: world }).service];
  });
  const client = new EC2Client(aws.client());
  try {
    const readsOf = await startHand(model);
    const startedAt = performance.now();
    await sweep(model, { groups: awsSecurityGroups(client, model.allowlists.link) });
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    const calls = Map.groupBy(aws.kernel.calls(), ({ operation }) => operation);
    return {
      securityGroups: GROUPS,
      networkSecurityGroups: GROUPS,
      rulesEach: RULES,
      ec2Calls: Object.fromEntries([...calls].map(([operation, all]) => [operation, all.length])),
      handCalls: model.calls.brain.filter(({ name }) => name === "hand.allowlists-heal").length,
      nsgReads: readsOf(),
      seconds,
    };
  } finally {
    client.destroy();
    vpn.stop();
    await aws.server.close();
  }
}

async function sweep(model: AllowlistsModel, changes: Pick<Invoked, "groups">): Promise<void> {
  const answer = await model.invoke({}, changes);
  const isCalm = "looked" in answer && answer.looked === 2 * GROUPS && answer.trouble.length === 0;
  if (!isCalm) throw new Error(`this is another measurement: ${JSON.stringify(answer).slice(0, 500)}`);
}

const rule = (direction: "in" | "out", index: number) => ({
  ...{ direction, protocol: "tcp", ports: 443 },
  peer: { cidr: `10.${index}.0.0/24` },
});
const rules = (direction: "in" | "out") =>
  Array.from({ length: RULES }, (_, index) => rule(direction, index));

const awsGroups = () =>
  Array.from({ length: GROUPS }, (_, index) => ({
    ...{ name: `sg-${index}`, cloud: "aws" as const, own: "all" as const, rules: rules("in") },
    group: `sg-${index.toString(16).padStart(17, "0")}`,
  }));

const azureGroups = () =>
  Array.from({ length: GROUPS }, (_, index) => ({
    ...{ name: `nsg-${index}`, cloud: "azure" as const, own: "all" as const, rules: rules("out") },
    group: { resourceGroup: "network", nsg: `nsg-${index}` },
  }));

const isAzure = (group: AllowlistGroup): group is AzureGroup => group.cloud === "azure";

/**
 * Its first look at a group puts everything there; that is not counted. The answer tells how often it has read one
 * since then.
 */
async function startHand({ allowlists, hand: answers }: AllowlistsModel): Promise<() => number> {
  const groups = allowlists.groups.filter(isAzure);
  const nsgs = new Map<string, ModelNsg>(groups.map(({ name }) => [name, modelNsg({ id: name, rules: [] })]));
  const nsgOf = (id: string): ModelNsg => {
    const nsg = nsgs.get(id);
    if (nsg === undefined) throw new Error(`there is no ${id}`);
    return nsg;
  };
  const places = new Map<string, NsgPlace>(
    groups.map((desired) => [desired.name, { desired, id: desired.name }]),
  );
  const rows = modelRows();
  const keeper = {
    rows,
    log: createLog(() => {}),
    clock: () => NOW,
    random: () => String(Math.random()).slice(2, 10),
  };
  const call: NsgCall = { keeper, invocation: "f-1", remainingMs: () => 60_000 };
  const hand: NsgHand = {
    ...{ link: allowlists.link, shrinkMax: 0, places, pause: () => Promise.resolve() },
    groups: {
      read: (id) => nsgOf(id).read(id),
      put: (id, written) => nsgOf(id).put(id, written),
      remove: (id, name, etag) => nsgOf(id).remove(id, name, etag),
    },
  };
  for (const group of groups) {
    const { name, rules: lastApplied } = group;
    await writeConsent(
      rows,
      name,
      { lastApplied, accepted: null, scope: scopeOf(group), unseenSince: null },
      null,
    );
    await healGroups(hand, call, { groups: [name] });
  }
  const readsOf = () =>
    [...nsgs.values()].reduce((sum, nsg) => sum + nsg.calls.filter((one) => one === "read").length, 0);
  const before = readsOf();
  answers.heal = (body) => healGroups(hand, call, body);
  return () => readsOf() - before;
}

const NOW = 1_800_000_000;
