/**
 * A network security group in memory, as its adapter behaves at a real one: a write is in force from when it is
 * accepted, goes on until the group has been read a few times, keeps others out meanwhile, and gives all rules of the
 * group another etag.
 */
import type { NetworkSecurityGroups, NsgWritten } from "../../shared/allowlists/network-security-groups.ts";
import { type NsgRule, NsgRuleAnswer } from "../../shared/allowlists/nsg-rule.ts";
import { nsgRuleBody } from "../../shared/allowlists/nsg-write.ts";
import type { Body } from "../../shared/allowlists/test-nsg.ts";
import { CloudError } from "../../shared/runtime/errors.ts";

export type NsgCall = "read" | "put" | "remove";

export interface ModelRule {
  readonly name: string;
  readonly properties: Body;
}

export interface ModelNsgOptions {
  readonly id: string;
  readonly rules: readonly ModelRule[];
  readonly rulesMax?: number;
  /** How often the group is read until a write has ended. */
  readonly readsToEnd?: () => number;
  /** Throws what the call shall fail with. */
  readonly meet?: (call: NsgCall, name: string, when: "before" | "after") => void;
  /** Told of the rules after each write through the port, and before it. */
  readonly onWrite?: (rules: readonly ModelRule[], before: readonly ModelRule[]) => void;
}

export interface ModelNsg extends NetworkSecurityGroups {
  readonly id: string;
  /** Those that decide about packets now. */
  rules: readonly ModelRule[];
  exists: boolean;
  readonly calls: readonly string[];
  /** Somebody else's write, done at once; nothing happens while another one goes on. */
  meddle(change: (rules: readonly ModelRule[]) => readonly ModelRule[]): void;
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

export function modelNsg(options: ModelNsgOptions): ModelNsg {
  const { rulesMax = 1_000, readsToEnd = () => 0, meet = () => {}, onWrite = () => {} } = options;
  const calls: string[] = [];
  let etag = 1;
  let running: { readonly name: string; readonly isDelete: boolean; reads: number } | null = null;

  const refuse = (call: NsgCall, name: string, code: string): CloudError =>
    new CloudError({ provider: "azure", operation: call, target: name, code, retryable: false });
  const end = () => {
    if (running?.isDelete === true) change(nsg.rules.filter(({ name }) => !same(name, running?.name ?? "")));
    running = null;
    etag += 1;
  };
  const change = (rules: readonly ModelRule[]) => {
    const before = nsg.rules;
    nsg.rules = rules;
    onWrite(rules, before);
  };
  const begin = (name: string, isDelete: boolean): NsgWritten => {
    etag += 1;
    running = { name, isDelete, reads: readsToEnd() };
    if (running.reads === 0) end();
    return { kind: "accepted" };
  };
  const stop = (call: NsgCall, name: string, given: string | null): NsgWritten | null => {
    meet(call, name, "before");
    if (!nsg.exists) throw refuse(call, name, "ParentResourceNotFound");
    if (given !== null && given !== etagNow()) return { kind: "unmatched" };
    return running === null ? null : { kind: "busy", retryAfterSeconds: undefined };
  };
  const etagNow = () => `W/"${etag}"`;
  const told = ({ name, properties }: ModelRule): NsgRule =>
    NsgRuleAnswer.parse({
      name,
      etag: etagNow(),
      properties: { ...properties, provisioningState: stateOf(name) },
    });
  const stateOf = (name: string): string => {
    if (running === null || !same(running.name, name)) return "Succeeded";
    return running.isDelete ? "Deleting" : "Updating";
  };

  const nsg: ModelNsg = {
    id: options.id,
    rules: options.rules,
    exists: true,
    calls,
    meddle(change) {
      if (running !== null) return;
      nsg.rules = change(nsg.rules);
      etag += 1;
    },
    async read() {
      calls.push("read");
      meet("read", "", "before");
      if (running !== null) {
        running.reads -= 1;
        if (running.reads < 0) end();
      }
      meet("read", "", "after");
      if (!nsg.exists) return null;
      return {
        rules: nsg.rules.map(told),
        changing: new Set(running === null ? [] : [running.name.toLowerCase()]),
      };
    },
    async put(_id, rule) {
      calls.push(`put ${rule.name}`);
      const stopped = stop("put", rule.name, rule.etag);
      if (stopped !== null) return stopped;
      const { properties } = nsgRuleBody(rule);
      const others = nsg.rules.filter(({ name }) => !same(name, rule.name));
      const taken = others.some(
        (other) =>
          other.properties.direction === properties.direction &&
          other.properties.priority === properties.priority,
      );
      if (taken) return { kind: "taken", code: "SecurityRuleConflict" };
      if (others.length >= rulesMax) throw refuse("put", rule.name, "SecurityRuleCountLimitReached");
      change([...others, { name: rule.name, properties }]);
      const written = begin(rule.name, false);
      meet("put", rule.name, "after");
      return written;
    },
    async remove(_id, name, given) {
      calls.push(`remove ${name}`);
      const stopped = stop("remove", name, given);
      if (stopped !== null) return stopped;
      if (!nsg.rules.some((rule) => same(rule.name, name))) return { kind: "gone" };
      const written = begin(name, true);
      meet("remove", name, "after");
      return written;
    },
  };
  return nsg;
}
