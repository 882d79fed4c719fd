/** A person's hand in the rules of a group, in either console; and what its cloud then tells of that. */
import { ruleKey } from "../../shared/allowlists/rule-key.ts";
import type { Rule } from "../../shared/allowlists/schema.ts";
import { trail } from "../../shared/allowlists/test-cloud-trail.ts";
import { grid } from "../../shared/allowlists/test-event-grid.ts";
import { toIso } from "../../shared/runtime/instant.ts";
import type { ModelRule } from "../model/network-security-groups.ts";
import { nsgRule } from "./clouds/nodes-rules.ts";
import type { FaultOf } from "./faults.ts";
import { lookOnEvent } from "./functions/heal-allowlists.ts";
import { hearEventGrid } from "./functions/hear-event-grid.ts";
import { NSG_ID } from "./groups.ts";
import { RELAY_GROUP } from "./groups-input.ts";
import type { World } from "./world.ts";

export type RuleEdit = FaultOf<"rules-edited">;

export function editRules(world: World, edit: RuleEdit): void {
  const { allowlists, clock } = world;
  allowlists.editedAtMs[edit.group] = clock.nowMs();
  if (edit.group === "relay") editRelay(world, edit);
  else editNodes(world, edit);
  world.wakes.push({ afterSeconds: edit.toldAfterSeconds, started: eventOf(world, edit) });
}

function eventOf({ clock }: World, { group, at, which }: RuleEdit) {
  const time = toIso(clock.now());
  const id = `edit-${at}-${which}`;
  if (group === "nodes") {
    const subject = `${NSG_ID}/securityRules/by-hand`;
    return hearEventGrid({ ...grid(subject, { correlationId: id }), id, eventTime: time });
  }
  const requestParameters = { groupId: RELAY_GROUP };
  return lookOnEvent(trail({ eventID: id, eventTime: time, requestParameters }));
}

const opened = (direction: "in" | "out", protocol: string, cidr: string, port: number | null): Rule => ({
  direction,
  protocol,
  ports: port === null ? null : { from: port, to: port },
  peer: { kind: "cidr", cidr },
  description: "by hand",
});

/** The last ones are of what is wanted: a part of it, and more than it. */
const OPENED: readonly Rule[] = [
  opened("in", "tcp", "0.0.0.0/0", 22),
  opened("in", "all", "10.0.0.0/23", null),
  opened("out", "tcp", "::/0", 443),
  opened("in", "tcp", "10.0.0.0/31", 443),
  { ...opened("in", "tcp", "10.0.0.0/29", 443), ports: { from: 442, to: 445 } },
];

function editRelay({ allowlists, clock }: World, { act, which }: RuleEdit): void {
  const { groups } = allowlists.securityGroups;
  const rules = groups.get(RELAY_GROUP) ?? [];
  const at = which % Math.max(1, rules.length);
  const rule = OPENED[which % OPENED.length];
  switch (act) {
    case "opened":
      // EC2 takes no rule twice, and gives each an id of its own.
      if (rule !== undefined && !rules.some((one) => ruleKey(one.rule) === ruleKey(rule))) {
        const id = `sgr-hand-${clock.nowMs()}-${OPENED.indexOf(rule)}`;
        groups.set(RELAY_GROUP, [...rules, { id, rule, marked: false }]);
      }
      return;
    case "closed":
      groups.set(RELAY_GROUP, rules.toSpliced(at, 1));
      return;
    case "all-closed":
      groups.set(RELAY_GROUP, []);
      return;
    case "changed":
      if (rule !== undefined)
        groups.set(
          RELAY_GROUP,
          rules.map((one, index) => (index === at ? { ...one, rule } : one)),
        );
      return;
  }
}

/** None has the priority of a rule that a life begins with; before those at 100 there is room for nothing. */
const BY_HAND: readonly ModelRule[] = [
  nsgRule("by-hand-111", 111, "Inbound", "Allow", ["Tcp", "*", "22"]),
  nsgRule("by-hand-100", 100, "Inbound", "Deny", ["Tcp", "10.0.0.1/32", "443"]),
  nsgRule("by-hand-3999", 3_999, "Inbound", "Allow", ["*", "10.0.0.0/29", "*"]),
  nsgRule("by-hand-100-out", 100, "Outbound", "Deny", ["*", "*", "*"]),
  nsgRule("by-hand-4001", 4_001, "Outbound", "Allow", ["*", "*", "*"]),
];

function editNodes({ allowlists }: World, { act, which }: RuleEdit): void {
  allowlists.nsg.meddle((rules) => {
    const at = which % Math.max(1, rules.length);
    const [added] = BY_HAND.slice(which % BY_HAND.length);
    switch (act) {
      case "opened":
        return added === undefined ? rules : withRule(rules, added);
      case "closed":
        return rules.toSpliced(at, 1);
      case "all-closed":
        return [];
      case "changed":
        return rules.map((one, index) => (index === at ? turnedRound(one) : one));
    }
  });
}

/** Azure takes no two rules of one name, nor of one priority and direction. */
const withRule = (rules: readonly ModelRule[], added: ModelRule): readonly ModelRule[] => {
  const isIn = rules.some(
    ({ name, properties: { priority, direction } }) =>
      name === added.name ||
      (priority === added.properties.priority && direction === added.properties.direction),
  );
  return isIn ? rules : [...rules, added];
};

/** Allows what it denied, or denies what it allowed. */
const turnedRound = (rule: ModelRule): ModelRule => ({
  ...rule,
  properties: { ...rule.properties, access: rule.properties.access === "Allow" ? "Deny" : "Allow" },
});
