/** A state of the trust's model as the plan is shown it, and what the plan wants as the model understands it. */
import { type IssuerPlan, planIssuer } from "../../shared/trust/issuer.ts";
import { planTrust, type TrustPlan } from "../../shared/trust/plan.ts";
import { toRemembered } from "../../shared/trust/remembered.ts";
import { type TrustBundle, toBundle } from "../../shared/trust/schema.ts";
import type { DesiredTrust, KnownLeaf, ObservedTrust, Store, Word } from "../../shared/trust/state.ts";
import {
  type Ca,
  CLOSED,
  HEARD,
  type Holder,
  MISSED,
  SETTLED,
  type Shelf,
  type Stage,
  type TrustState,
} from "./trust-state.ts";

const NOW = 1_000_000;
const TICK = 1_000;
const END = 2_000_000;

export const HOLDERS: readonly Holder[] = ["relay", "bunny"];

/**
 * What cannot be read while a run looks; or what somebody did to relay's store a moment before: it holds nothing of
 * ours, or its label is on the very first bundle again.
 */
export type Blind =
  | ("nothing" | "head" | "copies" | "words" | "leaves" | "signs")
  | ("head-gone" | "head-stepped-back" | "head-gone-and-copies" | "head-stepped-back-and-leaves");

const ID: Readonly<Record<Ca, string>> = { A: "a".repeat(64), B: "b".repeat(64), F: "f".repeat(64) };
const CAS: readonly Ca[] = ["A", "B", "F"];
const caOf = (id: string): Ca => {
  const ca = CAS.find((one) => ID[one] === id);
  if (ca === undefined) throw new Error(`there is no CA ${id} in this world`);
  return ca;
};
const facts = (ca: Ca) => ({ id: ID[ca], notAfter: END, pem: ca });

export const PINS: Readonly<Record<Stage, readonly Ca[]>> = {
  A: ["A"],
  "A+B": ["A", "B"],
  B: ["B"],
  "A,F": ["A", "F"],
};

export function desiredOf({ brain }: TrustState): DesiredTrust {
  const [issuing, other] = PINS[brain];
  if (issuing === undefined) throw new Error("a link has a CA");
  return {
    issuing: facts(issuing),
    next: other === "B" ? facts(other) : null,
    failover: other === "F" ? facts(other) : null,
    relay: { name: "relay", proof: "observed" },
    bunnies: [{ name: "bunny", proof: "observed" }],
    relayCertificates: ["relay"],
    timing: {
      lateSeconds: TICK,
      heardWithinSeconds: HEARD * TICK,
      missedSeconds: MISSED * TICK,
      settledSeconds: SETTLED * TICK,
      closedSeconds: CLOSED * TICK,
    },
  };
}

export interface Company {
  /** Beside the two that do their worst, each side has a replica that loads at once and says so. */
  readonly fellows: boolean;
}

function observedOf(state: TrustState, { fellows }: Company, blind: Blind): ObservedTrust {
  const { brain, hand, head, copy } = state;
  const bundle = bundleOf(head);
  // There is one line of bundles: the same number is the same bundle.
  const copied = copy.number === head.number ? bundle : bundleOf(copy);
  const unreadable: Store = { kind: "unreadable" };
  const words = HOLDERS.flatMap((holder) => wordsOf(state, holder, fellows, bundle));
  const pins = (stage: Stage) => PINS[stage].map((ca) => ID[ca]);
  return {
    head: headStore(head, bundle, blind),
    // Halves that were built from different links tell each other nothing.
    copies: new Map([
      ["bunny", blind.endsWith("copies") || hand !== brain ? unreadable : storeOf(copy, copied)],
    ]),
    remembered: [...bundle.authorities, ...copied.authorities].map(toRemembered),
    words: blind === "words" ? "unreadable" : words,
    leaves: blind.endsWith("leaves") ? "unreadable" : HOLDERS.flatMap((holder) => leavesOf(state, holder)),
    pinned: new Map([
      ["bunny", hand === brain ? pins(hand) : "unreadable"],
      ["relay", pins(brain)],
    ]),
    signs: new Map(
      CAS.map((ca) => [ID[ca], blind === "signs" ? "cannot-tell" : state.broken.includes(ca) ? "no" : "yes"]),
    ),
    revoked: [],
  };
}

/** Below every number of a canonical state. */
const FIRST: Shelf = { number: 1, cas: ["A"], since: { A: 1 }, closed: {}, age: 0, before: null };

function headStore(head: Shelf, bundle: TrustBundle, blind: Blind): Store {
  if (blind === "head") return { kind: "unreadable" };
  if (blind.startsWith("head-gone")) return { kind: "malformed", storeVersion: "by hand" };
  if (blind.startsWith("head-stepped-back")) return storeOf(FIRST, bundleOf(FIRST));
  return storeOf(head, bundle);
}

/** Whether the copy has all that relay's store had: what only that one held is lost with it. */
export const isRestorable = ({ brain, hand, head, copy }: TrustState, blind: Blind): boolean =>
  !blind.startsWith("head-") || (hand === brain && copy.number === head.number) || blind.endsWith("copies");

/** What is on a shelf, as it was published. */
export const bundleOf = ({ number, cas, since, closed }: Shelf): TrustBundle =>
  toBundle({
    number,
    authorities: cas.map((ca) => {
      const age = closed[ca];
      return {
        ...facts(ca),
        since: since[ca] ?? number,
        closedAt: age === undefined ? null : NOW - age * TICK,
      };
    }),
    revoked: [],
  });

const storeOf = ({ number, age }: Shelf, bundle: TrustBundle): Store => ({
  kind: "published",
  storeVersion: String(number),
  bundle,
  at: NOW - age * TICK,
});

function wordsOf(state: TrustState, party: Holder, fellows: boolean, head: TrustBundle): Word[] {
  const version = (number: number) => (number === head.number ? head.version : `${number}-${"0".repeat(16)}`);
  const { said } = state.replicas[party];
  const shelf = party === "relay" ? state.head : state.copy;
  const own: Word[] =
    said === null
      ? []
      : [{ party, replica: "worst", version: version(said.number), at: NOW - said.age * TICK, ms: 0 }];
  const fellow: Word = { party, replica: "fellow", version: version(shelf.number), at: NOW, ms: 0 };
  return fellows ? [...own, fellow] : own;
}

const leavesOf = ({ leaves }: TrustState, holder: Holder): KnownLeaf[] =>
  leaves[holder].live.map((ca) => ({
    certificate: holder,
    serial: null,
    issuer: ID[ca],
    notAfter: END,
    current: ca === leaves[holder].current,
  }));

/** A bundle that a plan has just made, as a store holds it. */
function shelfOf(bundle: TrustBundle): Shelf {
  const entries = bundle.authorities.map((ca) => ({ ...ca, ca: caOf(ca.id) }));
  const closed = entries.flatMap(({ ca, closedAt }) =>
    closedAt === null ? [] : [[ca, Math.min(CLOSED, (NOW - closedAt) / TICK)] as const],
  );
  return {
    number: bundle.number,
    cas: entries.map(({ ca }) => ca).sort(),
    since: Object.fromEntries(entries.map(({ ca, since }) => [ca, since])),
    closed: Object.fromEntries(closed),
    age: 0,
    before: null,
  };
}

export interface View {
  readonly plan: TrustPlan;
  /** What relay's store is to hold; null when it holds that already. */
  readonly publishes: Shelf | null;
  /** The CA that the holder's next certificate comes from; null when none is issued for now. */
  issuerFor(holder: Holder): Ca | null;
  /** The same, when the current one has time left. */
  replacesFrom(holder: Holder): Ca | null;
}

const views = new Map<string, View>();

/** Remembered by all that a plan can see. */
export function viewOf(state: TrustState, company: Company, blind: Blind): View {
  const { brain, hand, head, copy, leaves, broken, replicas } = state;
  const said = [replicas.relay.said, replicas.bunny.said];
  const seen = JSON.stringify([brain, hand, head, copy, leaves, broken, said, company.fellows, blind]);
  const known = views.get(seen) ?? makeView(state, company, blind);
  views.set(seen, known);
  return known;
}

function makeView(state: TrustState, company: Company, blind: Blind): View {
  const desired = desiredOf(state);
  const observed = observedOf(state, company, blind);
  const plan = planTrust(desired, observed, NOW);
  const step = plan.steps.find(({ kind }) => kind === "publish");
  const issuers = new Map(HOLDERS.map((holder) => [holder, issuerOf(desired, observed, holder)]));
  const from = (answer: IssuerPlan | undefined, replaced: boolean) =>
    answer?.kind === "issue" && (!replaced || answer.replace) ? caOf(answer.ca) : null;
  return {
    plan,
    publishes: step === undefined ? null : shelfOf(step.bundle),
    issuerFor: (holder) => from(issuers.get(holder), false),
    replacesFrom: (holder) => from(issuers.get(holder), true),
  };
}

function issuerOf(desired: DesiredTrust, observed: ObservedTrust, holder: Holder): IssuerPlan {
  const known = observed.leaves === "unreadable" ? [] : observed.leaves;
  const current = known.find((leaf) => leaf.certificate === holder && leaf.current);
  // A run that cannot read what is current has nothing to renew.
  if (current === undefined)
    return { kind: "hold", ca: desired.issuing.id, reason: "not-published", who: [] };
  return planIssuer(desired, observed, { certificate: holder, current, ending: false }, NOW);
}
