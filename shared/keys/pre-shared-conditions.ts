/** What a person should know of pre-shared keys, as conditions. None holds any text from outside, but codes. */
import type { Condition, Severity } from "../alerts/condition.ts";
import { formatDuration } from "../link/duration.ts";
import { type Instant, toIso } from "../runtime/instant.ts";
import { dueOf } from "./pre-shared-due.ts";
import { OWN_INCIDENTS } from "./pre-shared-gates.ts";
import { lastRefusal } from "./pre-shared-memory.ts";
import type { PreSharedWait } from "./pre-shared-steps.ts";
import type { KeysView, TunnelKey } from "./pre-shared-view.ts";
import { ENDS, FAILURES, WAITS } from "./pre-shared-words.ts";

export const CONCERN = "keys";

/** As long as the halves may be of different versions during a deployment. */
const BLIND_SECONDS = 900;
/** A rotation takes half an hour, and may wait for one end to come back. */
const STUCK_SECONDS = 5_400;
/** A key may wait for its window, and for a quiet day. */
const OVERDUE_SECONDS = 604_800;
/** Its own rotation has the ends differ for minutes. */
const DIFFER_SECONDS = 120;

interface Trouble {
  readonly kind: "unreadable" | "secret-deleted" | "ends-differ" | "stuck" | "failed" | "overdue";
  readonly severity: Severity;
  readonly title: string;
  readonly since: Instant;
}

export function preSharedConditions(
  view: KeysView,
  waits: readonly PreSharedWait[],
  linksTo: (tunnel: string) => Condition["links"],
): Condition[] {
  return view.tunnels.flatMap((tunnel) => {
    const wait = waits.find((one) => one.tunnel === tunnel.name);
    return troublesOf(view, tunnel).map(
      ({ kind, severity, title, since }): Condition => ({
        key: `${OWN_INCIDENTS}${tunnel.name}:${kind}`,
        concern: CONCERN,
        severity,
        title: `${tunnel.name}: ${title}`,
        facts: factsOf(tunnel, wait),
        since,
        actions: [],
        links: linksTo(tunnel.name),
        runbook: `pre-shared-key-${kind}`,
      }),
    );
  });
}

/** What was refused may be why: within a day nobody is left to wonder. */
function factsOf({ known }: TunnelKey, wait: PreSharedWait | undefined): Condition["facts"] {
  const refusal = lastRefusal(known);
  return [
    ...(wait === undefined ? [] : [{ label: "Waits", value: WAITS[wait.reason] }]),
    ...(refusal === null ? [] : [{ label: `Refused by ${ENDS[refusal.end]}`, value: refusal.why }]),
  ];
}

const troublesOf = (view: KeysView, tunnel: TunnelKey): Trouble[] => [
  ...blind(view, tunnel),
  ...endsDiffer(view, tunnel),
  ...stuck(view, tunnel),
  ...failed(view, tunnel),
  ...overdue(view, tunnel),
];

function blind({ now }: KeysView, { known }: TunnelKey): Trouble[] {
  if (known.blind === null) return [];
  const { since, code } = known.blind;
  const isDeleted = code === "secret-deleted";
  if (!isDeleted && now - since < BLIND_SECONDS) return [];
  const title = isDeleted
    ? "the secret of its pre-shared key is marked for deletion: restore it"
    : `its pre-shared keys could not be read for ${formatDuration(BLIND_SECONDS)} or more: ${code}`;
  return [{ kind: isDeleted ? "secret-deleted" : "unreadable", severity: "warning", title, since }];
}

function endsDiffer({ now, memory }: KeysView, { name, known: { differSince } }: TunnelKey): Trouble[] {
  if (differSince === null || memory.attempt?.tunnel === name) return [];
  if (now - differSince < DIFFER_SECONDS) return [];
  const title = "its ends have different pre-shared keys, and it cannot come up";
  return [{ kind: "ends-differ", severity: "warning", title, since: differSince }];
}

function stuck({ now, memory: { attempt } }: KeysView, { name }: TunnelKey): Trouble[] {
  if (attempt?.tunnel !== name || now - attempt.startedAt < STUCK_SECONDS) return [];
  const title = `the rotation of its pre-shared key has not ended after ${formatDuration(STUCK_SECONDS)}`;
  return [{ kind: "stuck", severity: "warning", title, since: attempt.startedAt }];
}

function failed({ memory }: KeysView, { name }: TunnelKey): Trouble[] {
  if (memory.failed?.tunnel !== name) return [];
  const { at, reason } = memory.failed;
  return [{ kind: "failed", severity: "warning", title: FAILURES[reason], since: at }];
}

function overdue(view: KeysView, tunnel: TunnelKey): Trouble[] {
  const due = dueOf(view, tunnel);
  if (due === null || view.now - due.at < OVERDUE_SECONDS) return [];
  const title = `its pre-shared key should have been replaced by ${toIso(due.at + OVERDUE_SECONDS)}`;
  return [{ kind: "overdue", severity: "warning", title, since: due.at }];
}
