/** What of the trust a person should know, as conditions. Pure. */
import type { Condition, Fact } from "../alerts/condition.ts";
import { formatDuration } from "../link/duration.ts";
import type { Instant } from "../runtime/instant.ts";
import { BLIND, HELD, lasted, PREPARING, type Since, unloaded, unpublished } from "./lasting.ts";
import type { Problem } from "./observe.ts";
import type { TrustPlan, TrustTrouble } from "./plan.ts";
import { shortId } from "./words-of.ts";

export const CONCERN = "trust";

export interface TrustConditionsInput {
  readonly plan: TrustPlan;
  readonly problems: readonly Problem[];
  /** Why a store did not take its bundle in this run, by party. */
  readonly refused: ReadonlyMap<string, string>;
  readonly since: Since;
  readonly now: Instant;
}

/** As long as the halves may be of different versions during a deployment. */
const TOLD_AFTER_SECONDS = 900;
/** Secrets Store CSI looks for new versions every two minutes at its quickest; some look every half hour. */
const LOADED_WITHIN_SECONDS = 3_600;
/** A replica that is gone is waited for as long, and a deployment may be under way. */
const PREPARED_WITHIN_SECONDS = 2 * 86_400;
const FACTS_MAX = 8;

export const trustConditions = (input: TrustConditionsInput): Condition[] =>
  [
    ...blindCondition(input),
    ...heldCondition(input),
    ...unpublishedCondition(input),
    ...unloadedCondition(input),
    ...waitingCondition(input),
    ...completeCondition(input),
    ...input.plan.troubles.flatMap(troubleCondition),
  ].sort((one, other) => (one.key < other.key ? -1 : 1));

const condition = (
  key: string,
  shape: Pick<Condition, "severity" | "title" | "runbook"> & {
    facts?: readonly Fact[];
    since?: Instant | null;
  },
): Condition => ({
  key: `${CONCERN}:${key}`,
  concern: CONCERN,
  severity: shape.severity,
  title: shape.title,
  facts: (shape.facts ?? []).slice(0, FACTS_MAX),
  ...(shape.since === undefined || shape.since === null ? {} : { since: shape.since }),
  actions: [],
  links: [],
  runbook: shape.runbook,
});

function blindCondition({ problems, since, now }: TrustConditionsInput): Condition[] {
  const began = lasted(since, BLIND, TOLD_AFTER_SECONDS, now);
  if (began === null) return [];
  const title = `What decides about trust could not be read for ${formatDuration(TOLD_AFTER_SECONDS)} or more`;
  const facts = problems.map(({ name, code }) => ({ label: name, value: code }));
  return [
    condition("unreadable", { severity: "warning", title, facts, since: began, runbook: "trust-unreadable" }),
  ];
}

function heldCondition({ plan: { hold }, since, now }: TrustConditionsInput): Condition[] {
  const began = lasted(since, HELD, TOLD_AFTER_SECONDS, now);
  if (began === null || hold === null) return [];
  const facts = [
    { label: "Waits for", value: hold.reason },
    ...hold.who.map((name) => ({ label: "Who", value: name })),
  ];
  const title = "No trust bundle is published";
  return [condition("held", { severity: "warning", title, facts, since: began, runbook: "trust-held" })];
}

function unpublishedCondition({ plan, refused, since, now }: TrustConditionsInput): Condition[] {
  const late = plan.steps.filter(
    ({ party }) => lasted(since, unpublished(party), TOLD_AFTER_SECONDS, now) !== null,
  );
  if (late.length === 0) return [];
  const facts = late.map(({ party }) => ({ label: party, value: refused.get(party) ?? "not tried" }));
  const title = "A trust bundle does not get to where it is loaded from";
  return [condition("not-published", { severity: "warning", title, facts, runbook: "trust-not-published" })];
}

/** What keeps a bundle from its store is told above. */
const OF_THE_STORE: readonly string[] = ["not-published", "store-unreadable", "words-unreadable"];

function unloadedCondition({ plan, since, now }: TrustConditionsInput): Condition[] {
  const late = [...plan.loaded].flatMap(([party, loading]): Fact[] => {
    if (loading.kind === "loaded" || OF_THE_STORE.includes(loading.reason)) return [];
    if (lasted(since, unloaded(party), LOADED_WITHIN_SECONDS, now) === null) return [];
    return [{ label: party, value: [loading.reason, ...loading.replicas].join(" ") }];
  });
  if (late.length === 0) return [];
  const title = `The trust bundle is not loaded after ${formatDuration(LOADED_WITHIN_SECONDS)}: what is revoked may be let in`;
  return [condition("not-loaded", { severity: "warning", title, facts: late, runbook: "trust-not-loaded" })];
}

function waitingCondition({ plan: { rollover }, since, now }: TrustConditionsInput): Condition[] {
  const began = lasted(since, PREPARING, PREPARED_WITHIN_SECONDS, now);
  if (began === null || rollover.phase !== "preparing") return [];
  const facts = [
    { label: "Waits for", value: rollover.reason },
    ...rollover.who.map((name) => ({ label: "Who", value: name })),
  ];
  const title = "The next CA is not in use yet";
  return [
    condition("rollover-waits", {
      severity: "warning",
      title,
      facts,
      since: began,
      runbook: "ca-rollover-waits",
    }),
  ];
}

function completeCondition({ plan: { rollover } }: TrustConditionsInput): Condition[] {
  if (rollover.phase !== "complete") return [];
  const title = "The next CA has taken the place of the one before, which may leave the link";
  return [condition("rollover-complete", { severity: "notice", title, runbook: "ca-rollover-complete" })];
}

function troubleCondition(trouble: TrustTrouble): Condition[] {
  switch (trouble.kind) {
    case "ca-still-needed": {
      const title = "A CA that the link does not name any more has leaves that somebody may present";
      const facts = [{ label: "CA", value: shortId(trouble.ca) }];
      const key = `ca:${shortId(trouble.ca)}:still-needed`;
      return [condition(key, { severity: "notice", title, facts, runbook: "ca-still-needed" })];
    }
    case "foreign-ca": {
      const title = `Somebody put a CA into the trust bundle of ${trouble.party} that was never published`;
      const facts = trouble.cas.map((ca) => ({ label: "CA", value: shortId(ca) }));
      const key = `store:${trouble.party}:foreign-ca`;
      return [condition(key, { severity: "critical", title, facts, runbook: "trust-foreign-ca" })];
    }
    case "leaf-of-unknown-ca": {
      const title = `${trouble.certificate}: a certificate of it comes from a CA that the link does not name`;
      const key = `certificate:${trouble.certificate}:unknown-ca`;
      return [condition(key, { severity: "warning", title, runbook: "leaf-of-unknown-ca" })];
    }
    case "revocations-without-place": {
      const title = "The trust bundle is full: these revoked certificates are let in";
      const facts = trouble.serials.map((serial) => ({ label: "Serial", value: serial }));
      return [condition("full", { severity: "critical", title, facts, runbook: "trust-bundle-full" })];
    }
    case "bundle-too-large": {
      const title = "The CAs alone do not fit into a trust bundle: nothing is published";
      return [condition("too-large", { severity: "critical", title, runbook: "trust-bundle-full" })];
    }
    case "numbers-used-up": {
      const title = "A trust bundle has the last of all numbers: nothing is published";
      return [condition("numbers", { severity: "critical", title, runbook: "trust-numbers-used-up" })];
    }
    case "store-malformed": {
      const title = `What is in the place of the trust bundle is none that could be loaded: ${trouble.party}`;
      const key = `store:${trouble.party}:malformed`;
      return [condition(key, { severity: "warning", title, runbook: "trust-malformed" })];
    }
    case "store-unreadable":
    case "words-unreadable":
    case "leaves-unreadable":
    case "orders-unreadable":
      return [];
  }
}
