/**
 * The network security groups of Azure. A write is in force from when it is accepted, goes on for seconds, and is told
 * when it is accepted and when it has ended; a group takes one at a time. All rules of a group carry the etag of the
 * group, and every write changes it twice.
 */
import { randomUUID } from "node:crypto";
import type { Timers } from "../../../aws/timers.ts";
import type { Faults } from "../../../stand-in/faults.ts";
import { Deadlines } from "../../../vpn/deadlines.ts";
import { type AzureCaller, servicePrincipal } from "./caller.ts";
import { checkRules } from "./check-rules.ts";
import { type NsgDurations, nextDurationMs } from "./durations.ts";
import { preconditionFailed, retryable } from "./refusals.ts";
import { type ResourceEvent, resourceEvent } from "./resource-event.ts";
import { checkName, namedRule } from "./rule-body.ts";
import {
  afterWriting,
  groupState,
  isNew,
  OPERATION_NAMES,
  type ProvisioningState,
  type StoredRule,
  type Wanted,
  type Write,
  whileWriting,
} from "./write.ts";

const FAILED_PROBABILITY = 0.01;
const BUSY_AS_RETRYABLE_PROBABILITY = 0.3;
const NO_ACCEPTED_EVENT_PROBABILITY = 0.3;
const LOWER_CASE_PROBABILITY = 0.3;
/** Of those that have ended; older ones are forgotten. */
const WRITES_MAX = 1_000;

export interface NewNsg {
  readonly id: string;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** In the form of REST. */
  readonly rules?: readonly { readonly name: string; readonly properties: unknown }[];
}

export interface NsgWorldOptions {
  readonly timers: Timers;
  readonly faults: Faults;
  readonly tenantId: string;
  readonly groups: readonly NewNsg[];
  /** Who is behind an object id; any other is taken for a service principal. */
  readonly callers?: readonly AzureCaller[];
  /** Whether a stale etag in If-Match refuses a write: no source says so of rules. */
  readonly ifMatch?: "honoured" | "ignored";
  readonly durations?: NsgDurations;
}

export interface Nsg {
  readonly id: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly rules: readonly StoredRule[];
  readonly etag: string;
  readonly state: ProvisioningState;
  readonly running: Write | undefined;
}

/** The group takes no other write before this one has ended. */
export class NsgBusy extends Error {
  override readonly name = "NsgBusy";
  readonly write: Write;

  constructor(write: Write) {
    super(`an operation on ${write.groupId} is in progress`);
    this.write = write;
  }
}

export class NsgWorld {
  readonly #options: NsgWorldOptions;
  readonly #deadlines: Deadlines;
  readonly #groups = new Map<string, Nsg>();
  readonly #writes = new Map<string, Write>();
  readonly #failing = new Set<string>();
  readonly #listeners: ((event: ResourceEvent) => void)[] = [];

  constructor(options: NsgWorldOptions) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.timers);
    for (const { id, location = "uksouth", tags, rules = [] } of options.groups) {
      const named = rules.map((rule) => namedRule(id, rule));
      checkRules(named);
      const stored = named.map((rule): StoredRule => ({ ...rule, state: "Succeeded" }));
      this.#keep({
        id,
        location,
        tags,
        rules: stored,
        etag: newEtag(),
        state: "Succeeded",
        running: undefined,
      });
    }
  }

  /** In any case of its id. */
  find(id: string): Nsg | undefined {
    return this.#groups.get(id.toLowerCase());
  }

  all(): readonly Nsg[] {
    return [...this.#groups.values()];
  }

  /** Throws where there is no such group, so that no test takes that for one without rules. */
  rules(id: string): readonly StoredRule[] {
    const group = this.find(id);
    if (group === undefined) throw new Error(`there is no network security group ${id}`);
    return group.rules;
  }

  operation(id: string): Write | undefined {
    return this.#writes.get(id.toLowerCase());
  }

  /** Each change, as Resource Manager tells it to Event Grid. */
  onEvent(listener: (event: ResourceEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** The next write of this group is accepted, and fails later. */
  failNext(id: string): void {
    this.#failing.add(id.toLowerCase());
  }

  callerOf(principal: { readonly principalId: string; readonly clientId: string }): AzureCaller {
    const { principalId: objectId, clientId } = principal;
    const known = (this.#options.callers ?? []).find((caller) => caller.objectId === objectId);
    return known ?? servicePrincipal({ objectId, clientId });
  }

  /** Throws `Refusal`, or `NsgBusy`. */
  write(
    id: string,
    wanted: Wanted,
    by: { readonly caller: AzureCaller; readonly ifMatch?: string | undefined },
  ): Write {
    const group = this.find(id);
    this.#checkPrecondition(id, group, by.ifMatch);
    const rules = whileWriting(group?.rules ?? [], wanted);
    if (wanted.kind === "put-rule") checkName(wanted.name);
    if (wanted.kind === "put-rule" || wanted.kind === "put-group") checkRules(rules);
    if (group?.running !== undefined) throw this.#busy(group.running);
    return this.#begin(group, id, wanted, by.caller);
  }

  stop(): void {
    this.#deadlines.clearAll();
  }

  #keep(group: Nsg): void {
    this.#groups.set(group.id.toLowerCase(), group);
  }

  #checkPrecondition(id: string, group: Nsg | undefined, ifMatch: string | undefined): void {
    if (ifMatch === undefined || (this.#options.ifMatch ?? "honoured") === "ignored") return;
    const etag = group?.etag ?? "none";
    if (group === undefined || (ifMatch !== "*" && ifMatch !== etag))
      throw preconditionFailed(id, ifMatch, etag);
  }

  #busy(running: Write): Error {
    if (!this.#options.faults.chance("network:nsg busy as retryable", BUSY_AS_RETRYABLE_PROBABILITY)) {
      return new NsgBusy(running);
    }
    return retryable(OPERATION_NAMES[running.wanted.kind], running.id, running.groupId, 5);
  }

  #begin(group: Nsg | undefined, id: string, wanted: Wanted, caller: AzureCaller): Write {
    const { promise, resolve } = Promise.withResolvers<"Succeeded" | "Failed">();
    const write: Write = {
      id: randomUUID(),
      groupId: group?.id ?? id,
      wanted,
      caller,
      isNew: isNew(group, wanted),
      correlationId: randomUUID(),
      status: "InProgress",
      ended: promise,
    };
    this.#keepWrite(write);
    this.#keep({
      ...(group ?? { id, tags: undefined, location: "" }),
      ...(wanted.kind === "put-group" ? { location: wanted.location, tags: wanted.tags } : {}),
      rules: whileWriting(group?.rules ?? [], wanted),
      state: groupState(group, wanted, "Updating"),
      etag: newEtag(),
      running: write,
    });
    if (!this.#options.faults.chance("network:nsg no accepted event", NO_ACCEPTED_EVENT_PROBABILITY)) {
      this.#tell(write, "Accepted");
    }
    this.#deadlines.set(write.id, nextDurationMs(this.#options.faults, this.#options.durations), () => {
      this.#end(write);
      resolve(this.operation(write.id)?.status === "Failed" ? "Failed" : "Succeeded");
    });
    return write;
  }

  #end(write: Write): void {
    const { faults } = this.#options;
    const placed = this.#failing.delete(write.groupId.toLowerCase());
    const fails = faults.chance("network:nsg write fails", FAILED_PROBABILITY) || placed;
    const status = fails ? "Failed" : "Succeeded";
    this.#keepWrite({ ...write, status });
    const group = this.find(write.groupId);
    if (group === undefined) return;
    if (write.wanted.kind === "delete-group" && !fails) this.#groups.delete(group.id.toLowerCase());
    else {
      this.#keep({
        ...group,
        rules: afterWriting(group.rules, write.wanted, status),
        state: groupState(group, write.wanted, status),
        etag: newEtag(),
        running: undefined,
      });
    }
    this.#tell(write, status);
  }

  #keepWrite(write: Write): void {
    this.#writes.set(write.id, write);
    const ended = [...this.#writes.values()].filter(({ status }) => status !== "InProgress");
    for (const { id } of ended.slice(0, Math.max(0, ended.length - WRITES_MAX))) this.#writes.delete(id);
  }

  #tell(write: Write, status: "Accepted" | "Succeeded" | "Failed"): void {
    const { faults, tenantId, timers } = this.#options;
    const isLowerCase = faults.chance("network:nsg event in lower case", LOWER_CASE_PROBABILITY);
    const event = resourceEvent({ write, status, tenantId, isLowerCase, now: timers.now() });
    for (const listener of this.#listeners) listener(event);
  }
}

const newEtag = (): string => `W/"${randomUUID()}"`;
