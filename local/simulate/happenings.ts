/** What begins with a fault at once: a person's hand in either console, and what becomes of replicas and pods. */

import type { KeyLabel } from "../../shared/keys/api-key-ports.ts";
import { KeyReplica } from "../model/api-key-workloads.ts";
import { storedPolicy } from "../model/vault-request.ts";
import { endOf, type Fault, type FaultOf } from "./faults.ts";
import { API_KEY, CERTIFICATE } from "./link.ts";
import { editRules } from "./rule-edits.ts";
import { beginTunnelFault, endTunnelFault } from "./tunnel-happenings.ts";
import { Pod } from "./workloads.ts";
import type { World } from "./world.ts";

const WORKLOADS_MAX = 4;
const LABELS: readonly [KeyLabel, ...KeyLabel[]] = ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"];

export function begin(world: World, fault: Fault): void {
  const { now } = world.clock;
  if (fault.kind === "rotation-asked") world.keysTable.asked.set(API_KEY.desired.name, now());
  if (fault.kind === "freeze") world.journal.freeze.freeze(now());
  if (fault.kind === "workload") befallWorkload(world, fault);
  if (fault.kind === "person") meddle(world, fault);
  if (fault.kind === "rules-edited") editRules(world, fault);
  beginTunnelFault(world, fault);
  if (fault.kind === "knocking") world.callers.knockers.push({ fault, said: 0 });
}

export function end(world: World, fault: Fault): void {
  if (fault.kind === "freeze") world.journal.freeze.thaw(world.clock.now());
  endTunnelFault(world, fault);
}

function befallWorkload(world: World, fault: FaultOf<"workload">): void {
  const { replicas, pods, clock, keyLog } = world;
  const now = clock.now();
  const { which } = fault;
  const until = endOf(fault);
  switch (fault.act) {
    case "replica-comes":
      if (replicas.length < WORKLOADS_MAX) replicas.push(new KeyReplica(`relay-${now}`, keyLog, now));
      return;
    case "replica-goes":
      if (replicas.filter(({ ready }) => ready).length > 1) replicas.shift();
      return;
    case "replica-late":
      for (const replica of replicas.slice(which, which + 1)) replica.lateUntil = until;
      return;
    case "pod-comes":
      if (pods.length < WORKLOADS_MAX) pods.push(new Pod(`bunny-${now}`, now));
      return;
    case "pod-restarts":
      pods[which]?.restart();
      return;
    case "pod-late":
      for (const { key } of pods.slice(which, which + 1)) key.lateUntil = until;
      return;
  }
}

/** From then on only our own writes to keys are judged. */
export function meddle(
  world: World,
  { act, which }: Pick<FaultOf<"person" | "foreseen">, "act" | "which">,
): void {
  const { keySecret, keyVault, vault, channel, clock } = world;
  const versionId = [...keySecret.versions.keys()].at(-1 - which);
  switch (act) {
    case "cancel-request":
      vault.cancelByHand(CERTIFICATE.name);
      return;
    case "foreign-policy":
      if (vault.entries.has(CERTIFICATE.name)) vault.changePolicyByHand(CERTIFICATE.name, FOREIGN_POLICY);
      return;
    case "message-deleted": {
      const message = channel.messages.at(-1);
      if (message === undefined) return;
      world.removed.add(message.incident.id);
      channel.remove(message.ts);
      return;
    }
    case "label-moved":
      world.meddledAt ??= clock.now();
      if (versionId !== undefined) keySecret.attach(LABELS[which % LABELS.length] ?? LABELS[0], versionId);
      return;
    case "value-typed":
      world.meddledAt ??= clock.now();
      keySecret.putForeign(`foreign-${keySecret.versions.size}`.padEnd(32, "0"));
      return;
    case "vault-key-set":
      world.meddledAt ??= clock.now();
      keyVault.put(keySecret.keyOf(versionId)?.facts.id ?? null);
      return;
    case "vault-key-disabled":
      world.meddledAt ??= clock.now();
      keyVault.enable(false);
      return;
  }
}

const FOREIGN_POLICY = storedPolicy({ x509_props: { subject: "CN=stranger.example.com" } });
