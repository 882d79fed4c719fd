/**
 * The one condition that says how the link's tunnels are. How severe it is follows from what is observed alone; what
 * is remembered decides only whether it is told already, and what else is said.
 */
import type { Condition, Fact, Note } from "../alerts/condition.ts";
import { formatDuration } from "../link/duration.ts";
import type { LinkVpn } from "../link/vpn.ts";
import type { Instant } from "../runtime/instant.ts";
import { isHurt, isLost, severityOf } from "./health.ts";
import { CONCERN, type Told, type TunnelsView } from "./view.ts";
import { IN_FULL, IN_SHORT, namesOf, nextText, RETURNING, repairText } from "./words.ts";

/** Azure's status lags behind by minutes, so a tunnel that is up in AWS may seem not to be for so long. */
const DISAGREE_SECONDS = 300;
/** As long as a run may take: until then, what became of a repair may still be written down. */
const OUTCOME_SECONDS = 120;

export function hurtCondition(view: TunnelsView, all: readonly Told[]): Condition[] {
  const severity = severityOf(view.observed);
  const hurt = all.filter(({ health }) => isHurt(health));
  const unsteady = all.filter(({ known }) => known.losses.length >= view.vpn.flap.count);
  if (severity === null && unsteady.length === 0) return [];
  if (severity === "warning" && unsteady.length === 0 && (isPlanned(view, hurt) || mayLag(view, hurt)))
    return [];
  const about = hurt.length > 0 ? hurt : unsteady;
  return [
    {
      key: "tunnels",
      concern: CONCERN,
      severity: severity ?? "warning",
      title: hurt.length > 0 ? hurtTitle(view, hurt, all) : `${namesOf(unsteady.map(nameOf))}: unsteady`,
      facts: [
        ...hurt.map((tunnel) => hurtFact(view, tunnel)),
        ...unsteady.map((tunnel) => unsteadyFact(view.vpn, tunnel)),
        leftFact(all),
        ...repairFact(view, hurt),
      ],
      since: sinceOf(about),
      actions: hurt.flatMap((tunnel) => actionsOf(view, tunnel)),
      links: about.slice(0, 1).flatMap(({ seen }) => view.linksTo(seen.name)),
      runbook: "tunnels",
    },
  ];
}

/** We said beforehand that this one would be down, and it is in time. */
function isPlanned({ memory: { work }, now }: TunnelsView, hurt: readonly Told[]): boolean {
  if (work?.reason !== "planned" || now > work.dueAt) return false;
  return hurt.every(({ seen }) => seen.name === work.tunnel);
}

/** Nothing was lost; Azure has only not said so yet. */
const mayLag = (view: TunnelsView, hurt: readonly Told[]): boolean =>
  hurt.every((tunnel) => tunnel.known.lostSince === null && lagsBehind(view, tunnel));

const lagsBehind = ({ now }: TunnelsView, { health, known: { disagreeSince } }: Told): boolean =>
  health === "not-in-azure" && now - (disagreeSince ?? now) < DISAGREE_SECONDS;

const isReturning = (view: TunnelsView, tunnel: Told): boolean =>
  tunnel.known.lostSince !== null && lagsBehind(view, tunnel);

/** What is lost comes first, and what is left second: a phone shows no more than that. */
function hurtTitle(view: TunnelsView, hurt: readonly Told[], all: readonly Told[]): string {
  const names = namesOf(hurt.map(nameOf));
  const [what = "", ...others] = new Set(hurt.map((tunnel) => shortOf(view, tunnel)));
  const said = others.length === 0 ? what : "in trouble";
  const count = all.length;
  if (hurt.length < count) return `${names}: ${said}, ${leftOf(all).length} of ${count} tunnels left`;
  if (count === 1) return `The link's only tunnel, ${names}: ${said}`;
  return `${count === 2 ? "Both" : `All ${count}`} tunnels: ${said}`;
}

const shortOf = (view: TunnelsView, tunnel: Told): string =>
  isReturning(view, tunnel) ? RETURNING.short : IN_SHORT[tunnel.health];

const hurtFact = (view: TunnelsView, tunnel: Told): Fact => ({
  label: tunnel.seen.name,
  value: isReturning(view, tunnel) ? RETURNING.full : IN_FULL[tunnel.health],
});

const unsteadyFact = ({ flap }: LinkVpn, { seen }: Told): Fact => ({
  label: `${seen.name}, unsteady`,
  value: `lost ${flap.count} times or more within ${formatDuration(flap.withinSeconds)}`,
});

const leftOf = (all: readonly Told[]): Told[] =>
  all.filter(({ health }) => !isHurt(health) && health !== "unknown");

function leftFact(all: readonly Told[]): Fact {
  const left = leftOf(all);
  const none = all.every(({ health }) => isLost(health)) ? "no tunnel" : "none for certain";
  return {
    label: "Left",
    value: left.length === 0 ? none : `${left.length} of ${all.length}: ${namesOf(left.map(nameOf))}`,
  };
}

function repairFact({ vpn, waits }: TunnelsView, hurt: readonly Told[]): Fact[] {
  const said = hurt
    .filter(({ health }) => isLost(health))
    .map(({ seen: { name } }) => ({
      name,
      text: nextText(vpn, waits.find(({ tunnel }) => tunnel === name)?.reason),
    }));
  const [text, ...others] = new Set(said.map((one) => one.text));
  if (text === undefined) return [];
  const each = said.map((one) => `${one.name}: ${one.text}`);
  return [{ label: "Repair", value: others.length === 0 ? text : each.join("; ") }];
}

function sinceOf(tunnels: readonly Told[]): Instant | undefined {
  const since = tunnels.flatMap(
    ({ known }) => known.lostSince ?? known.disagreeSince ?? known.losses[0] ?? [],
  );
  return since.length === 0 ? undefined : Math.min(...since);
}

function actionsOf({ vpn, waits, now }: TunnelsView, { known }: Told): Note[] {
  const { name, lostSince } = known;
  if (lostSince === null) return [];
  // Those of an earlier loss stand with the incident of that time.
  const repairs = known.repairs.filter(
    ({ at, outcome }) => at >= lostSince && (outcome !== null || now - at >= OUTCOME_SECONDS),
  );
  const notes = repairs.map((repair) => ({
    id: `${name}:${repair.kind}:${repair.at}`,
    at: repair.at,
    text: `${name}: ${repairText(repair)}`,
  }));
  if (!waits.some(({ tunnel, reason }) => tunnel === name && reason === "daily-limit")) return notes;
  const at = repairs.at(-1)?.at ?? lostSince;
  const text = `${name}: no more repairs for now, as the link allows ${vpn.repairsPerDay} a day. It needs a person.`;
  return [...notes, { id: `${name}:daily-limit:${lostSince}`, at, text }];
}

const nameOf = ({ seen }: Told): string => seen.name;
