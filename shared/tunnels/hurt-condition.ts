/**
 * The one condition that says how the link's tunnels are. How severe it is follows from what is observed, and stays at
 * its worst while a tunnel is unsteady; what is remembered decides whether it is told already, and what else is said.
 */
import type { Condition, Note } from "../alerts/condition.ts";
import type { Instant } from "../runtime/instant.ts";
import { isHurt, severityOf } from "./health.ts";
import { factsOf, hurtTitle, namesOfAll } from "./hurt-words.ts";
import { isPlannedFor, isUnsteady, worse } from "./memory.ts";
import { CONCERN, isLagging, type Told, type TunnelsView } from "./view.ts";
import { repairText } from "./words.ts";

/** As long as a run may take: until then, what became of a repair may still be written down. */
const OUTCOME_SECONDS = 120;

export function hurtCondition(view: TunnelsView, all: readonly Told[]): Condition[] {
  const severity = severityOf(view.observed);
  const hurt = all.filter(({ health }) => isHurt(health));
  const unconfirmed = unconfirmedOf(all);
  const unsteady = all.filter(({ known }) => isUnsteady(view.vpn, known));
  const alone = unsteady.length === 0 && unconfirmed.length === 0;
  if (severity === null && alone) return [];
  if (severity === "warning" && alone && (isPlanned(view, hurt) || mayLag(view, hurt))) return [];
  const wrong = [...hurt, ...unconfirmed];
  const about = wrong.length > 0 ? wrong : unsteady;
  const titled = hurt.length > 0 ? hurt : unconfirmed;
  return [
    {
      key: "tunnels",
      concern: CONCERN,
      severity: worse(severity ?? "warning", view.memory.worst) ?? "warning",
      title: titled.length > 0 ? hurtTitle(view, titled, all) : `${namesOfAll(unsteady)}: unsteady`,
      facts: factsOf(view, { all, wrong, unsteady }),
      since: view.remembers ? sinceOf(about) : undefined,
      actions: wrong.flatMap((tunnel) => actionsOf(view, tunnel)),
      links: about.slice(0, 1).flatMap(({ seen }) => view.linksTo(seen.name)),
      runbook: "tunnels",
    },
  ];
}

/**
 * What was lost or in doubt before, and of which not both ends say anything now. While AWS says of no tunnel that it
 * is up, there is nothing better to say than what was said last.
 */
function unconfirmedOf(all: readonly Told[]): Told[] {
  if (!all.some(({ health }) => health === "up" || health === "up-in-aws")) return [];
  return all.filter(({ health, known }) => known.hurtSince !== null && !isHurt(health));
}

const isPlanned = ({ memory: { work }, now }: TunnelsView, hurt: readonly Told[]): boolean =>
  hurt.every(({ seen }) => isPlannedFor(work, seen.name, now));

/** Nothing was lost; the rest has only not come yet. */
const mayLag = (view: TunnelsView, hurt: readonly Told[]): boolean =>
  hurt.every((tunnel) => tunnel.known.hurtSince === null && isLagging(view, tunnel));

function sinceOf(tunnels: readonly Told[]): Instant | undefined {
  const since = tunnels.flatMap(
    ({ known }) => known.lostSince ?? known.hurtSince ?? known.doubtSince ?? known.losses[0] ?? [],
  );
  return since.length === 0 ? undefined : Math.min(...since);
}

function actionsOf({ vpn, waits, now }: TunnelsView, { known }: Told): Note[] {
  const { name, hurtSince } = known;
  if (hurtSince === null) return [];
  // Those of an earlier trouble stand with the incident of that time.
  const repairs = known.repairs.filter(
    ({ at, outcome }) => at >= hurtSince && (outcome !== null || now - at >= OUTCOME_SECONDS),
  );
  const notes = repairs.map((repair) => ({
    id: `${name}:${repair.kind}:${repair.at}`,
    at: repair.at,
    text: `${name}: ${repairText(repair)}`,
  }));
  if (!waits.some(({ tunnel, reason }) => tunnel === name && reason === "daily-limit")) return notes;
  const at = repairs.at(-1)?.at ?? hurtSince;
  const text = `${name}: no more repairs for now, as the link allows ${vpn.repairsPerDay} a day. It needs a person.`;
  return [...notes, { id: `${name}:daily-limit:${hurtSince}`, at, text }];
}
