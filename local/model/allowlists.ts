/**
 * The allowlists of a link in one process: the real loop, telling and incidents over models of AWS's security groups, the
 * table and the bus. Azure's half answers as its test says.
 */
import { reportConditions } from "../../shared/alerts/report-conditions.ts";
import type { Acceptor } from "../../shared/allowlists/accept.ts";
import { scopeOf } from "../../shared/allowlists/agreed.ts";
import { allowlistsOf } from "../../shared/allowlists/desired.ts";
import { type AllowlistMemory, lookOf, NO_MEMORY } from "../../shared/allowlists/memory.ts";
import { type InvocationReport, type Invoked, runOnEvent } from "../../shared/allowlists/run-on-event.ts";
import type { Allowlists } from "../../shared/allowlists/schema.ts";
import type { Kept, StandingStore } from "../../shared/allowlists/standing.ts";
import { beginHealing, tellAllowlists } from "../../shared/allowlists/tell.ts";
import type { Body, EndpointOf, Outcome, Refused } from "../../shared/azure-api/contract.ts";
import { parseLink } from "../../shared/link/load.ts";
import type { LinkInput } from "../../shared/link/schema.ts";
import { linkWith } from "../testing/links.ts";
import { type AlertsModel, createAlertsModel } from "./alerts.ts";
import { modelAllowlistMemory } from "./allowlist-memory.ts";
import { modelAudit } from "./audit.ts";
import type { CallName, Calls } from "./calls.ts";
import { type ModelFreeze, modelFreeze } from "./freeze.ts";
import { type ModelSecurityGroups, modelSecurityGroups } from "./security-groups.ts";

export const RELAY = "sg-0a1b2c3d4e5f60718";
export const LOADER = "sg-0a1b2c3d4e5f60719";
/** The role under which the model's runs change security groups. */
const OWN_ROLE = "arn:aws:iam::111122223333:role/warrener-prod-heal-allowlists";

type AllowlistsInput = NonNullable<LinkInput["allowlists"]>;
const RULE = { direction: "in", protocol: "tcp", ports: 443, peer: { cidr: "10.10.1.0/24" } } as const;
const NSG = { resourceGroup: "network", nsg: "nodes" };

export const relay = { name: "relay", cloud: "aws", group: RELAY, own: "all", rules: [RULE] } as const;
export const loader = { ...relay, name: "loader", group: LOADER } as const;
export const nodes = { name: "nodes", cloud: "azure", group: NSG, own: "all", rules: [] } as const;

type Asked = EndpointOf<"allowlists">;
type Answered<E extends Asked> = Outcome<E> | Refused;
type Answer<E extends Asked> = (body: Body<E>) => Answered<E> | Promise<Answered<E>>;
export interface HandAnswers {
  heal: Answer<"allowlists.heal">;
  plan: Answer<"allowlists.plan">;
  accept: Answer<"allowlists.accept">;
}

export interface AllowlistsModel extends AlertsModel {
  readonly allowlists: Allowlists;
  readonly groups: ModelSecurityGroups;
  /** As the runs are given it. */
  readonly standing: StandingStore;
  readonly freeze: ModelFreeze;
  readonly memory: { stands: AllowlistMemory };
  /** What is kept of each security group. */
  readonly kept: Map<string, Kept | "unreadable">;
  /** What Azure's half says. */
  readonly hand: HandAnswers;
  /** What the minute's run says of the freeze and of the hand's notes. */
  readonly swept: { trouble: readonly string[] };
  invoke(event: unknown, changes?: Partial<Invoked>): Promise<InvocationReport>;
}

/** `relay` and `loader` in AWS and `nodes` in Azure, unless other groups are given. Each has been applied before. */
export function createAllowlistsModel(
  input: Partial<AllowlistsInput> = {},
  given: { readonly met?: boolean } = {},
): AllowlistsModel {
  const alerts = createAlertsModel();
  const { calls, clock } = alerts;
  const link = parseLink(
    linkWith({ allowlists: { groups: [relay, loader, nodes].map((group) => ({ ...group })), ...input } }),
  );
  const allowlists = allowlistsOf(link);
  const groups = modelSecurityGroups(calls, clock.nowMs);
  const freeze = modelFreeze(calls);
  const memory = { stands: NO_MEMORY };
  const swept: AllowlistsModel["swept"] = { trouble: [] };
  const kept: AllowlistsModel["kept"] = new Map();
  for (const group of allowlists.groups) {
    if (group.cloud !== "aws") continue;
    const rules = group.rules.map((rule, index) => ({
      id: `sgr-${group.name}-${index}`,
      rule,
      marked: true,
    }));
    groups.groups.set(group.group, rules);
    if (given.met !== false)
      kept.set(group.name, {
        lastApplied: [...group.rules],
        accepted: null,
        unseenSince: null,
        scope: scopeOf(group),
        version: 1,
      });
  }
  const healed = (names: readonly string[]): never => {
    throw new Error(`no answer was given for ${names.join()}`);
  };
  const hand: HandAnswers = {
    heal: ({ groups: names }) => ({ outcome: "healed", groups: names.map(() => healed(names)) }),
    plan: ({ groups: names }) => ({ outcome: "planned", groups: names.map(() => healed(names)) }),
    accept: () => ({ outcome: "accepted" }),
  };
  const teller = {
    link,
    memory: modelAllowlistMemory(calls, memory),
    audit: modelAudit(calls, clock),
    tell: (report: Parameters<typeof alerts.report>[0]) => reportConditions(alerts.alerts, report),
    log: alerts.alerts.log,
    invocation: { actor: "warrener-test-heal-allowlists", requestId: "invocation-1" },
  };
  const standing = modelStanding(calls, { kept, memory, freeze });
  const invoke = (event: unknown, changes: Partial<Invoked> = {}) => {
    const endsAtMs = clock.nowMs() + TIME_LIMIT_MS;
    return runOnEvent(
      {
        link,
        allowlists,
        groups,
        hand: modelHand(calls, hand),
        store: standing,
        begin: (reports) => beginHealing(teller, reports, clock.now()),
        tell: (found) => tellAllowlists(teller, found),
        sweep: async () => swept.trouble,
        ownRoles: [OWN_ROLE],
        log: alerts.alerts.log,
        clock: clock.now,
        pause: clock.sleep,
        remainingMs: () => endsAtMs - clock.nowMs(),
        ...changes,
      },
      event,
    );
  };
  return { ...alerts, allowlists, groups, standing, freeze, memory, kept, hand, swept, invoke };
}

/** As deployed. */
const TIME_LIMIT_MS = 120_000;

export function modelStanding(
  calls: Calls,
  world: Pick<AllowlistsModel, "kept" | "memory" | "freeze">,
): StandingStore {
  const { kept, memory, freeze } = world;
  return {
    read: (names) =>
      calls.perform("standing.read", names === "all" ? names : names.join(), () => {
        const { stands } = memory;
        const read = [...kept].filter(([name]) => names === "all" || names.includes(name));
        return {
          freeze: freeze.stands,
          lookOf: (group) => lookOf(stands, group),
          kept: new Map(structuredClone(read)),
        };
      }),
    keep: (group, next) =>
      calls.perform("standing.keep", group, () => {
        const stands = kept.get(group);
        if ((stands === undefined || stands === "unreadable" ? 0 : stands.version) !== next.version)
          return null;
        const written = { ...structuredClone(next), version: next.version + 1 };
        kept.set(group, written);
        return written;
      }),
  };
}

function modelHand(calls: Calls, answers: HandAnswers): Acceptor["hand"] {
  const names: Readonly<Record<Asked, CallName>> = {
    "allowlists.heal": "hand.allowlists-heal",
    "allowlists.plan": "hand.allowlists-plan",
    "allowlists.accept": "hand.allowlists-accept",
  };
  const verbs: { readonly [E in Asked]: Answer<E> } = {
    "allowlists.heal": (body) => answers.heal(body),
    "allowlists.plan": (body) => answers.plan(body),
    "allowlists.accept": (body) => answers.accept(body),
  };
  return <E extends Asked>(endpoint: E, body: Body<E>) =>
    calls.perform(names[endpoint], namesIn(body), () => verbs[endpoint](body));
}

const namesIn = (body: Body<Asked>): string => ("groups" in body ? body.groups.join() : body.group);
