/**
 * What is told of the link's own: an identity or a tunnel that is refused, with its cause. One failure of these says
 * more than a hundred of strangers. Pure.
 */
import type { Condition, Fact, Severity } from "../alerts/condition.ts";
import { causeOf } from "./cause.ts";
import { CLASSES } from "./classes.ts";
import type { AuthView } from "./conditions.ts";
import { causesFacts, type Refused, refusedOf } from "./conditions-refused.ts";
import { base, nameSlug, roughly, shortName } from "./conditions-words.ts";
import { isCaller } from "./known.ts";

/** So long a rotation may have the ends of a tunnel differ: only failures that go on for longer are told of. */
const ROTATION_SECONDS = 600;

/** Its ends differ for some minutes because we make them: then it is the keys' to tell when that takes too long. */
const isRotating = ({ party: { firstAt }, last, cause }: Refused): boolean =>
  cause.suspect !== null && last.at - (firstAt ?? last.at) < ROTATION_SECONDS;

export const refusedOwn = (view: AuthView): Refused[] => refusedOf(view.memory.own, causeOf, view);

export const refusedTunnels = (view: AuthView): Refused[] =>
  refusedOf(view.memory.tunnels, causeOf, view).filter((refused) => !isRotating(refused));

export const ownConditions = (view: AuthView): Condition[] => [
  ...refusedOwn(view).map((refused) => ownCondition(refused, view)),
  ...refusedTunnels(view).map(tunnelCondition),
];

function ownCondition({ party, last, cause }: Refused, { limits, facts }: AuthView): Condition {
  const isCritical = last.certainty !== "claimed" && party.count >= limits.criticalCount;
  const severity: Severity = isCritical ? "critical" : "warning";
  return {
    ...base(`auth-own:${nameSlug(party.name)}`, severity, "auth-own"),
    title: `${shortName(party.name)} is refused: ${CLASSES[last.class].own}`,
    facts: [
      ...causesFacts(cause),
      ...(last.serial === null ? [] : [{ label: "Serial", value: last.serial }]),
      ...(last.apiKeyId === null ? [] : [{ label: "API key", value: last.apiKeyId }]),
      ...(last.source === null || isCaller(last.source, facts.known)
        ? []
        : [{ label: "From", value: `${last.source}, where no bunny calls from` }]),
      { label: "Failures", value: roughly(party.count) },
      ...((party.acceptedAt ?? -1) < (party.firstAt ?? 0) ? [] : [ALSO_ACCEPTED]),
      ...(last.certainty === "proven" ? [] : [{ label: "How sure", value: SURE[last.certainty] }]),
    ],
    since: party.firstAt ?? last.at,
  };
}

const ALSO_ACCEPTED: Fact = {
  label: "Accepted meanwhile",
  value: "yes: it is mended, or only some of relay's replicas, or of bunny's pods, are wrong",
};

const SURE = {
  likely: "it shows a serial of ours, from where bunnies call from",
  claimed: "it shows a serial of ours; where it calls from is not logged, and anybody may write a serial",
} as const;

function tunnelCondition({ party, last, cause }: Refused): Condition {
  return {
    ...base(`auth-tunnel:${nameSlug(party.name)}`, "warning", "auth-tunnel"),
    title: `${shortName(party.name)} cannot come up: ${CLASSES[last.class].own}`,
    facts: [...causesFacts(cause), { label: "Failures", value: roughly(party.count) }],
    since: party.firstAt ?? last.at,
  };
}
