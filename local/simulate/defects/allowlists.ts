/** Defects of the allowlists' loop, in both halves. */
import type { Defect } from "./defect.ts";

const PLAN = "shared/allowlists/plan-security-group.ts";
const DIFFERENCE = "shared/allowlists/security-group-difference.ts";
const NSG_STEPS = "shared/allowlists/nsg-plan-steps.ts";

export const allowlistDefects: readonly Defect[] = [
  {
    name: "what is to go is closed before what is wanted is open",
    seed: 5,
    file: PLAN,
    from: "  const changes = ordered.steps.map((step) => changeOf(step, reasons));",
    to: `  const changes = ordered.steps
    .map((step) => changeOf(step, reasons))
    .map((one) => (one.kind === "close" ? { ...one, waitsFor: [] } : one))
    .toSorted((one, other) => Number(other.kind === "close") - Number(one.kind === "close"));`,
    breaks: [3],
  },
  {
    name: "a rule that somebody has closed stays closed",
    file: DIFFERENCE,
    from: "  const opens = additions.filter((one) => !dropped.has(one));",
    to: "  const opens = additions.filter((one) => dropped.has(one));",
    breaks: [3],
  },
  {
    name: "a rule that is too wide counts as wanted",
    seed: 2,
    file: DIFFERENCE,
    from: "  const fits = ours.filter(({ key, flow }) => declared.has(key) || keep.covers(flow));",
    to: "  const fits = ours.filter(({ key, flow }) => declared.has(key) || keep.overlapping(flow).length > 0);",
    breaks: [3],
  },
  {
    name: "an exception never ends",
    file: "shared/allowlists/wanted.ts",
    from: "  (from === undefined || from <= now) && now < until;",
    to: "  (from === undefined || from <= now) && until > 0;",
    breaks: [3],
  },
  {
    name: "a change that nobody told of is found by no sweep",
    seed: 2,
    file: "shared/allowlists/heal.ts",
    from: '    healThroughHand(healer, namesIn(groups, "azure")),',
    to: '    healThroughHand(healer, namesIn(groups, "aws").slice(0, 0)),',
    breaks: [3, 8],
  },
  {
    name: "an Allow of Azure's that lets pass more than is wanted counts as wanted",
    seed: 3,
    file: "shared/allowlists/nsg-lane.ts",
    from: "    const isWanted = isAllow(rule) && this.wishes.cover(reading.maybe);",
    to: "    const isWanted = isAllow(rule) && [...this.wishes.meeting(reading.maybe)].length > 0;",
    breaks: [3],
  },
  {
    name: "a Deny of somebody's is left in the way",
    file: NSG_STEPS,
    from: ".filter(({ isOurs }) => isOurs));",
    to: ".filter(({ isOurs }) => !isOurs));",
    breaks: [3],
  },
  {
    name: "a direction that has lost its last Deny stays open",
    seed: 3,
    file: NSG_STEPS,
    from: "  if (draft.isLongEnough || lane.finalDenies.some(({ rule }) => rule.priority >= lane.floorAt)) return [];",
    to: "  if (draft.isLongEnough || lane.entries.length > 0) return [];",
    breaks: [3],
  },
  {
    name: "the groups of AWS are healed in a freeze",
    seed: 3,
    file: "shared/allowlists/heal.ts",
    from: '  const withheldFor = standing.freeze.frozen ? ("frozen" as const) : null;',
    to: "  const withheldFor = null;",
    breaks: [7],
  },
  {
    name: "the hand heals in a freeze",
    seed: 3,
    file: "shared/allowlists/nsg-heal-group.ts",
    from: "      if ((await refuseWhileFrozen(rows)) !== null) return false;",
    to: "      await refuseWhileFrozen(rows);",
    breaks: [7],
  },
  {
    name: "the version of what is remembered of groups is no condition",
    file: "local/model/allowlist-memory.ts",
    from: "        if (next.version !== memory.stands.version) return null;",
    to: "",
    breaks: [7],
  },
  {
    name: "the rules of relay's group are written into another one",
    file: "shared/allowlists/apply-security-group.ts",
    from: "  const answer = await orCloudError(() => groups.open(group, rule));",
    to: '  const answer = await orCloudError(() => groups.open(group.replace("a1b", "f1b"), rule));',
    breaks: [7],
  },
  {
    name: "the hand never hears of a thaw",
    file: "shared/freeze/sweep.ts",
    from: '  if (word === null || (word !== "unreadable" && word.settled)) return [];',
    to: '  if (word === null || (word !== "unreadable" && !word.frozen)) return [];',
    breaks: [8],
  },
];
