/** `status`, and `plan`: what is asked of every function of the link. One that does not answer hides no other. */
import { exceptionsOver } from "../../shared/allowlists/checks.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { type Answered, CUT } from "./answered.ts";
import type { Deployment } from "./deployment.ts";
import { sayFreeze } from "./freeze.ts";
import { type Line, toLines } from "./line.ts";
import { readName } from "./named.ts";
import { sayOrder } from "./open-matters.ts";
import { contextOf, readAll, table } from "./read-all.ts";
import { CALLERS_ROW, type Callers, readCallers } from "./read-callers.ts";
import { type GroupPlans, NO_GROUPS, readGroups } from "./read-groups.ts";
import { type Keys, NO_KEYS, readKeys, TRUST_ROW } from "./read-keys.ts";
import { NO_PLANS, type Plans, readPlans } from "./read-plans.ts";
import { sayStep } from "./revocation-prospect.ts";
import { sayGroupPlans } from "./say-group.ts";
import { sayKeyPlans } from "./say-keys.ts";
import { sayPlan } from "./say-plan.ts";
import { sayStatus, standingOf } from "./say-status.ts";
import { type Standing, sayRows } from "./standing.ts";
import { type Moment, sayInstant } from "./times.ts";
import { type Unanswered, unansweredRow } from "./unanswered.ts";

/** Of everything, or of what has that name. */
export async function plan(
  deployment: Deployment,
  name: string | undefined,
  moment: Moment,
): Promise<Answered> {
  const { link } = deployment;
  const named = readName(link, name);
  const [plans, groups, keys] = await Promise.all([
    named.certificates ? readPlans(deployment, name) : NO_PLANS,
    named.groups ? readGroups(deployment, name) : NO_GROUPS,
    named.keys ? readKeys(deployment, name) : NO_KEYS,
  ]);
  const unanswered = unansweredOf(plans, groups, keys);
  const asked = plans.revocations.filter(({ order }) => name === undefined || order.certificate === name);
  const orders = asked.map((step) => {
    const order = { ...step.order, prospect: sayStep(link, step) };
    return `${order.certificate}: ${sayOrder(order, moment)}`;
  });
  const frozen = plans.frozen || groups.frozen || keys.frozen;
  const first = frozen ? ["The link is frozen: nothing of this is done before it is thawed."] : [];
  const lines = [
    ...toLines([...first, ...sayRows(unanswered.map(unansweredRow))]),
    ...sayPlan(plans.certificates, contextOf(deployment, moment)),
    ...toLines(orders),
    ...sayGroupPlans(groups.groups, moment),
    ...sayKeyPlans(keys.keys, moment),
    ...(named.groups ? sayOver(deployment, moment) : []),
  ];
  const json = {
    ...{ frozen, certificates: plans.certificates, revocations: asked, groups: groups.groups },
    ...{ keys: keys.keys, trust: keys.trust, unanswered },
  };
  const problem =
    plans.problem ?? groups.problem ?? keys.problem ?? sayTrouble(unanswered.map(standingOfNone));
  return { lines, json, problem };
}

/** What would stop the next deployment; the one that runs goes on. */
const sayOver = ({ link }: Deployment, { now }: Moment): Line[] =>
  toLines(exceptionsOver(link, now).map(({ path, message }) => `In the link's file, ${path} ${message}.`));

export async function status(deployment: Deployment, moment: Moment): Promise<Answered> {
  const { link, stage } = deployment;
  const freeze = await table(deployment, () => deployment.freezes.read());
  const [[plans, open], { groups, ...read }, keys, refused] = await Promise.all([
    readAll(deployment, undefined, moment),
    readGroups(deployment),
    readKeys(deployment),
    readCallers(deployment),
  ]);
  const { callers } = refused;
  const certificates = plans.certificates.map((one) => ({ ...one, standing: standingOf(one, moment.now) }));
  const unanswered = unansweredOf(plans, { groups, ...read }, keys, refused);
  const heading = toLines([
    `${link.name}, stage ${stage}, ${sayInstant(moment.now, moment)}`,
    ...sayFreeze(freeze, moment),
  ]);
  const rows = sayStatus(
    { certificates: plans.certificates, groups, keys, callers, unanswered, open },
    contextOf(deployment, moment),
  );
  const standing = [
    ...unanswered.map(standingOfNone),
    ...certificates.map(({ certificate, standing }) => ({ name: certificate, standing })),
    ...groups.map(({ group, standing }) => ({ name: group.name, standing })),
    ...keys.keys,
    ...(keys.trust === null ? [] : [{ name: TRUST_ROW, standing: keys.trust.standing }]),
    ...(callers === null ? [] : [{ name: CALLERS_ROW, standing: callers.standing }]),
  ];
  return {
    lines: [...heading, ...rows, ...sayOver(deployment, moment)],
    json: {
      ...{ link: link.name, stage, at: moment.now, freeze, certificates, groups },
      ...{ keys: keys.keys, trust: keys.trust, callers, unanswered, ...open },
    },
    problem:
      plans.problem ??
      read.problem ??
      keys.problem ??
      refused.problem ??
      sayTrouble(standing) ??
      (open.cut ? CUT : null),
  };
}

/** Throws `ConfigError` when nobody answered: whatever stands in the way does so for everything. */
function unansweredOf(plans: Plans, groups: GroupPlans, keys: Keys, refused?: Callers): Unanswered[] {
  const all = [plans, groups, keys, ...(refused === undefined ? [] : [refused])];
  const unanswered = all.flatMap((one) => one.unanswered);
  const answered = plans.certificates.length + groups.groups.length + keys.keys.length;
  const isNone = answered === 0 && keys.trust === null && (refused?.callers ?? null) === null;
  if (isNone && unanswered.length > 0)
    throw new ConfigError(unanswered.map(({ problem }) => problem).join("; "));
  return unanswered;
}

interface Stands {
  readonly name: string;
  readonly standing: Standing;
}

const standingOfNone = ({ functionName }: Unanswered): Stands => ({
  name: functionName,
  standing: "trouble",
});

/** Null when nothing is. */
function sayTrouble(all: readonly Stands[]): string | null {
  const names = all.filter(({ standing }) => standing === "trouble").map(({ name }) => name);
  if (names.length === 0) return null;
  return `in trouble: ${names.toSorted().join(", ")}. \`explain NAME\` says more, docs/operating.md what to do`;
}
