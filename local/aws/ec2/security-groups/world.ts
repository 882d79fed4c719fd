/**
 * All security groups of an AWS account in one region: the truth that EC2's operations read and change, and that
 * people of the account change too. What CloudTrail tells of the changes comes from here.
 */
import { randomBytes } from "node:crypto";
import type { Faults } from "../../../stand-in/faults.ts";
import type { ServiceEvent } from "../../event-bridge/event.ts";
import type { TrailActor } from "../trail-record.ts";
import { type Console, consoleOf } from "./console.ts";
import { type Group, type NewGroup, type NewRule, type PrefixList, ruleFrom, type Vpc } from "./nouns.ts";
import { rulesMaxDefault } from "./quota.ts";
import type { StoredRule } from "./rule.ts";
import { StaleRules } from "./stale-rules.ts";

export interface SecurityGroupWorldOptions {
  readonly region: string;
  readonly accountId: string;
  readonly faults: Faults;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Tells an event on the default bus, best effort: it may be late, come twice, or never. */
  readonly tell: (event: ServiceEvent) => void;
  /** Whether a trail logs the account's changes: without one nothing of them is told. Default: true. */
  readonly logging?: boolean;
  readonly vpcs?: readonly Vpc[];
  readonly prefixLists?: readonly PrefixList[];
  /** The quota of a direction and an address family. */
  readonly rulesMax?: number;
}

/** Of a world that is told of no VPC: one that is not the default VPC. */
const onlyVpc: Vpc = { id: "vpc-0123456789abcdef0", isDefault: false, hasIpv6: false };

export class SecurityGroupWorld {
  readonly region: string;
  readonly accountId: string;
  readonly rulesMax: number;
  readonly #options: SecurityGroupWorldOptions;
  readonly #vpcs: readonly Vpc[];
  readonly #groups = new Map<string, Group>();
  readonly #rules = new Map<string, StoredRule>();
  readonly #stale: StaleRules;
  #logging: boolean;

  constructor(options: SecurityGroupWorldOptions) {
    this.#options = options;
    this.region = options.region;
    this.accountId = options.accountId;
    this.rulesMax = options.rulesMax ?? rulesMaxDefault;
    this.#vpcs = options.vpcs ?? [onlyVpc];
    this.#stale = new StaleRules(options.faults, options.now);
    this.#logging = options.logging ?? true;
  }

  /** A group that is there already: nobody is told, and every look sees it. Throws for a VPC that is not there. */
  create(wanted: NewGroup): Group {
    const vpc = this.vpc(wanted.vpcId ?? this.defaultVpcId());
    if (vpc === undefined) throw new Error(`there is no VPC ${wanted.vpcId}`);
    const group = this.#add(wanted, vpc, Number.NEGATIVE_INFINITY);
    for (const rule of [...(wanted.rules ?? []), ...defaultEgress(wanted, vpc)]) {
      const stored = ruleFrom(rule, { id: this.newId("sgr"), groupId: group.id, accountId: this.accountId });
      this.#rules.set(stored.id, stored);
    }
    return group;
  }

  /** A group that EC2 was asked for, which a look may miss at first. */
  make(wanted: NewGroup, vpc: Vpc): Group {
    const group = this.#add(wanted, vpc, this.now());
    for (const rule of defaultEgress(wanted, vpc)) {
      this.put(ruleFrom(rule, { id: this.newId("sgr"), groupId: group.id, accountId: this.accountId }));
    }
    return group;
  }

  #add(wanted: NewGroup, vpc: Vpc, madeAtMs: number): Group {
    const group: Group = {
      id: wanted.id ?? this.newId("sg"),
      name: wanted.name,
      description: wanted.description ?? wanted.name,
      vpcId: vpc.id,
      tags: wanted.tags ?? {},
      attached: wanted.attached ?? false,
      madeAtMs,
    };
    this.#groups.set(group.id, group);
    return group;
  }

  /** A person of the account, who makes changes as the console or a tool would. */
  console(who: TrailActor): Console {
    return consoleOf(this, who);
  }

  /** Its rules of both directions as they are, whatever a look would see. */
  rules(groupId: string): StoredRule[] {
    return [...this.#rules.values()].filter((rule) => rule.groupId === groupId);
  }

  group(id: string): Group | undefined {
    return this.#groups.get(id);
  }

  groups(): readonly Group[] {
    return [...this.#groups.values()];
  }

  vpc(id: string): Vpc | undefined {
    return this.#vpcs.find((vpc) => vpc.id === id);
  }

  /** Where a group is made that is not told where. */
  defaultVpcId(): string {
    return this.#vpcs[0]?.id ?? "";
  }

  prefixLists(): readonly PrefixList[] {
    return this.#options.prefixLists ?? [];
  }

  /** All rules as one look sees them: a late one is missing, a removed one is still there. */
  seenRules(): StoredRule[] {
    return this.#stale.seen([...this.#rules.values()]).filter(({ groupId }) => this.#groups.has(groupId));
  }

  seenGroups(): Group[] {
    return this.groups().filter(({ madeAtMs }) => !this.#stale.isHidden(madeAtMs));
  }

  put(rule: StoredRule): void {
    this.#stale.wrote(rule.id, this.#rules.get(rule.id));
    this.#rules.set(rule.id, rule);
  }

  drop(rule: StoredRule): void {
    this.#stale.wrote(rule.id, rule);
    this.#rules.delete(rule.id);
  }

  remove(group: Group): void {
    for (const { id } of this.rules(group.id)) this.#rules.delete(id);
    this.#groups.delete(group.id);
  }

  now(): number {
    return this.#options.now();
  }

  newId(kind: "sg" | "sgr"): string {
    return `${kind}-${randomBytes(9).toString("hex").slice(0, 17)}`;
  }

  /** As with CloudTrail's own operations: from now on changes are told, or are not. */
  startLogging(): void {
    this.#logging = true;
  }

  stopLogging(): void {
    this.#logging = false;
  }

  tell(event: ServiceEvent): void {
    if (this.#logging) this.#options.tell(event);
  }
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html: of a group that was just made. */
function defaultEgress({ egress = "everything" }: NewGroup, { hasIpv6 }: Vpc): NewRule[] {
  if (egress === "none") return [];
  const cidrs = hasIpv6 ? ["0.0.0.0/0", "::/0"] : ["0.0.0.0/0"];
  return cidrs.map((cidr) => ({ direction: "out", protocol: "-1", peer: { cidr } }));
}
