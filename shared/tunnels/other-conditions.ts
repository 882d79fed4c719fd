/** What is told of tunnels beside whether they are up: that they cannot be seen, and what is going to be done to them. */
import type { Condition } from "../alerts/condition.ts";
import { formatDuration } from "../link/duration.ts";
import { toIso } from "../runtime/instant.ts";
import { cannotTell, type ObservedTunnel } from "./schema.ts";
import { CONCERN, type Told, type TunnelsView } from "./view.ts";
import { namesOf } from "./words.ts";

/** As long as the halves may be of different versions during a deployment. */
const UNSEEN_SECONDS = 900;

export function unseenCondition(view: TunnelsView, all: readonly Told[]): Condition[] {
  const unseen = all.filter(
    ({ known: { unknownSince } }) => unknownSince !== null && view.now - unknownSince >= UNSEEN_SECONDS,
  );
  if (unseen.length === 0) return [];
  const since = Math.min(...unseen.flatMap(({ known }) => known.unknownSince ?? []));
  return [
    {
      key: "tunnels:unseen",
      concern: CONCERN,
      severity: "warning",
      title: `${namesOf(unseen.map(nameOf))}: not seen from both ends for ${formatDuration(UNSEEN_SECONDS)} or more`,
      facts: unseen.map(({ seen }) => ({ label: seen.name, value: unseenText(seen) })),
      since,
      actions: [],
      links: [],
      runbook: "tunnels-unseen",
    },
  ];
}

function unseenText({ aws, azure }: ObservedTunnel): string {
  const detail = cannotTell(aws) ? null : aws.unknownDetail;
  const texts = [
    ...(cannotTell(aws) ? [`AWS: ${aws.unknown}`] : []),
    ...(detail === null ? [] : [`AWS, whether IPsec is up: ${detail}`]),
    ...(cannotTell(azure) ? [`Azure: ${azure.unknown}`] : []),
    ...(!cannotTell(azure) && azure.status === "unknown" ? ["Azure: its gateway says unknown"] : []),
  ];
  return texts.join("; ");
}

export function maintenanceCondition(view: TunnelsView, { seen, known }: Told): Condition[] {
  const { maintenance } = known;
  if (maintenance === null || !maintenance.pending) return [];
  const { autoAppliedAt } = maintenance;
  if (autoAppliedAt !== null && autoAppliedAt - view.now > view.vpn.maintenanceWarningSeconds) return [];
  const when = autoAppliedAt === null ? "AWS has not said when" : toIso(autoAppliedAt);
  return [
    {
      key: `tunnel:${seen.name}:maintenance`,
      concern: CONCERN,
      // With one tunnel, the link is down for as long as it takes.
      severity: view.observed.length === 1 ? "warning" : "notice",
      title: `${seen.name}: AWS will replace this tunnel's endpoint by itself`,
      facts: [{ label: "From then on", value: when }],
      actions: [],
      links: view.linksTo(seen.name),
      runbook: "tunnel-maintenance",
    },
  ];
}

/** AWS announces it days ahead, and may be away for a while. */
const MAINTENANCE_UNSEEN_SECONDS = 21_600;

export function maintenanceUnseenCondition({ now }: TunnelsView, all: readonly Told[]): Condition[] {
  const unseen = all.flatMap(({ known: { name, maintenanceUnseen } }) =>
    maintenanceUnseen !== null && now - maintenanceUnseen.since >= MAINTENANCE_UNSEEN_SECONDS
      ? [{ name, ...maintenanceUnseen }]
      : [],
  );
  if (unseen.length === 0) return [];
  const names = namesOf(unseen.map(({ name }) => name));
  const duration = formatDuration(MAINTENANCE_UNSEEN_SECONDS);
  return [
    {
      key: "tunnels:maintenance-unseen",
      concern: CONCERN,
      severity: "warning",
      title: `${names}: AWS has not said for ${duration} or more what it means to do to them`,
      facts: unseen.map(({ name, code }) => ({ label: name, value: `AWS: ${code}` })),
      since: Math.min(...unseen.map(({ since }) => since)),
      actions: [],
      links: [],
      runbook: "tunnel-maintenance-unseen",
    },
  ];
}

export function overdueCondition({ memory: { work }, now, linksTo }: TunnelsView): Condition[] {
  if (work?.reason !== "planned" || now <= work.dueAt) return [];
  return [
    {
      key: `tunnel:${work.tunnel}:work-overdue`,
      concern: CONCERN,
      severity: "warning",
      title: `${work.tunnel}: planned work takes longer than it should`,
      facts: [{ label: "Should have ended", value: toIso(work.dueAt) }],
      since: work.startedAt,
      actions: [],
      links: linksTo(work.tunnel),
      runbook: "tunnel-work-overdue",
    },
  ];
}

const nameOf = ({ seen }: Told): string => seen.name;
