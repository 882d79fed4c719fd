/** What the condition of hurt tunnels says: in its title what is lost and left, and of each tunnel the rest. */
import type { Fact } from "../alerts/condition.ts";
import { formatDuration } from "../link/duration.ts";
import type { LinkVpn } from "../link/vpn.ts";
import { isHurt, isLost } from "./health.ts";
import { cannotTell } from "./schema.ts";
import { isLagging, type Told, type TunnelsView } from "./view.ts";
import {
  BGP_OFF,
  DOWN_UNSURE,
  IN_FULL,
  IN_SHORT,
  namesOf,
  nextText,
  RETURNING,
  UNCONFIRMED,
} from "./words.ts";

/** What is lost comes first, and what is left second: a phone shows no more than that. */
export function hurtTitle(view: TunnelsView, hurt: readonly Told[], all: readonly Told[]): string {
  const names = namesOfAll(hurt);
  const [what = "", ...others] = new Set(hurt.map((tunnel) => shortOf(view, tunnel)));
  const said = others.length === 0 ? what : "in trouble";
  const count = all.length;
  if (hurt.length < count) return `${names}: ${said}, ${leftOf(all).length} of ${count} tunnels left`;
  if (count === 1) return `The link's only tunnel, ${names}: ${said}`;
  return `${count === 2 ? "Both" : `All ${count}`} tunnels: ${said}`;
}

interface Parts {
  readonly all: readonly Told[];
  readonly wrong: readonly Told[];
  readonly unsteady: readonly Told[];
}

/** What is left, and who mends, before each tunnel: of many tunnels, a message shows the first facts alone. */
export const factsOf = (view: TunnelsView, { all, wrong, unsteady }: Parts): Fact[] => [
  leftFact(all),
  ...repairFact(view, wrong),
  ...wrong.map((tunnel) => ({ label: tunnel.seen.name, value: fullOf(view, tunnel) })),
  ...unsteady.map((tunnel) => unsteadyFact(view.vpn, tunnel)),
];

export const namesOfAll = (tunnels: readonly Told[]): string => namesOf(tunnels.map(({ seen }) => seen.name));

const isReturning = (view: TunnelsView, tunnel: Told): boolean =>
  tunnel.known.hurtSince !== null && isLagging(view, tunnel);

const isUnconfirmed = ({ health, known }: Told): boolean =>
  health === "up-in-aws" && known.hurtSince !== null;

function shortOf(view: TunnelsView, tunnel: Told): string {
  if (isUnconfirmed(tunnel)) return UNCONFIRMED.short;
  return isReturning(view, tunnel) ? RETURNING.short : IN_SHORT[tunnel.health];
}

function fullOf(view: TunnelsView, tunnel: Told): string {
  const { health, seen } = tunnel;
  if (isUnconfirmed(tunnel)) return UNCONFIRMED.full;
  if ((health === "not-in-azure" || health === "no-routes") && isReturning(view, tunnel))
    return RETURNING.full[health];
  if (health === "bgp-down" && !cannotTell(seen.azure) && !seen.azure.bgp) return BGP_OFF;
  const isUnsure = !cannotTell(seen.aws) && seen.aws.unknownDetail !== null;
  return health === "down-in-aws" && isUnsure ? DOWN_UNSURE : IN_FULL[health];
}

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
    value: left.length === 0 ? none : `${left.length} of ${all.length}: ${namesOfAll(left)}`,
  };
}

function repairFact({ vpn, waits }: TunnelsView, wrong: readonly Told[]): Fact[] {
  const said = wrong
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
