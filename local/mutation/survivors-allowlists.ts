/** Those of the allowlists (survivors.ts). */
import type { Survivor } from "./judge.ts";
import { inFile, NULL_IS_PAST, ONLY_THE_TYPE, type Row } from "./survivor-rows.ts";

const READ_ANEW = "what is read once more is the same; it only takes longer";
const ROOM_FOR_ALL = "a direction has 3,997 priorities, and a group 1,000 rules at most";
const OWN_PRIORITY = "no two rules of a direction have one priority, nor does an Allow have that of its end";
const NO_CUT = "a word is no place, and costs nothing that is little enough";
const EARLIER_CUT = "a place before one that is shut with it is that of an earlier cut, which costs no more";

export const OF_ALLOWLISTS: readonly Survivor[] = [
  ...inFile(
    "shared/allowlists/plan-security-group.ts",
    [
      "ArrayDeclaration",
      "[]",
      '["Stryker was here"]',
      "an opening of nothing counts as one that awaits consent, and those are left out",
    ],
    [
      "ConditionalExpression",
      "notClosed.length === 0",
      "true",
      "what is not closed waits for a rule that found no slot, and so is not opened",
    ],
  ),
  ...inFile(
    "shared/allowlists/security-group-difference.ts",
    ["ConditionalExpression", "held.length === 0", "false", READ_ANEW],
    ["ArrayDeclaration", "[]", '["Stryker was here"]', "what overlaps has something in common"],
    ["ArrowFunction", "({ key }) => key", "() => undefined", "what is there covers itself, as is asked next"],
    [
      "MethodExpression",
      "additions.filter(({ key }) => declared.has(key))",
      "additions",
      "what is asked of one a second time is answered as the first time",
    ],
  ),
  ...inFile(
    "shared/allowlists/security-group-reasons.ts",
    ["ConditionalExpression", "exception === undefined", "false", ONLY_THE_TYPE],
    ["ObjectLiteral", "{ reason }", "{}", ONLY_THE_TYPE],
  ),
  ...inFile(
    "shared/allowlists/consent.ts",
    ["ConditionalExpression", "accepted !== null", "true", "the digest of no wish is null"],
    ["ConditionalExpression", "unseenSince === null", "false", NULL_IS_PAST],
  ),
  ...inFile(
    "shared/allowlists/nsg-shut.ts",
    ["EqualityOperator", "rule.priority < end", "rule.priority <= end", OWN_PRIORITY],
    [
      "ConditionalExpression",
      "costMax < 1",
      "false",
      "no deny costs less than 1: it is only found out later",
    ],
    ["ArrayDeclaration", "[]", '["Stryker was here"]', NO_CUT],
    [
      "EqualityOperator",
      "lane.reachOf(wish, best.at) < best.at",
      "lane.reachOf(wish, best.at) <= best.at",
      "what passes at the deny's own place has taken it in a full group, which has no room for the deny then",
    ],
    ["ConditionalExpression", "best.instead !== undefined", "true", ONLY_THE_TYPE],
    ["EqualityOperator", "rule.priority > deepest", "rule.priority >= deepest", OWN_PRIORITY],
    [
      "ArithmeticOperator",
      "entries.length - stuck",
      "entries.length + stuck",
      "each that is stuck counts for ten thousand, beside which two are nothing",
    ],
    ["EqualityOperator", "reach.at >= at", "reach.at > at", OWN_PRIORITY],
    [
      "ArithmeticOperator",
      "(before.at(-1)?.rule.priority ?? 0) + 1",
      "(before.at(-1)?.rule.priority ?? 0) - 1",
      EARLIER_CUT,
    ],
    ["UnaryOperator", "-1", "+1", EARLIER_CUT],
    ["ConditionalExpression", "free === null", "false", "a place that is none has no room before it"],
    ...Array<Row>(2).fill(["ArrayDeclaration", "[]", '["Stryker was here"]', NO_CUT]),
    ["EqualityOperator", "written.rule.priority < limit", "written.rule.priority <= limit", OWN_PRIORITY],
  ),
  ...inFile("shared/allowlists/nsg-held.ts", [
    "ArrayDeclaration",
    "[]",
    '["Stryker was here"]',
    "a word is no box, and shares no flow with any",
  ]),
  ...inFile(
    "shared/allowlists/nsg-plan.ts",
    ["ConditionalExpression", "awaitingConsent.length === 0", "false", READ_ANEW],
    ["ConditionalExpression", "untouchable.size === 0", "false", READ_ANEW],
  ),
  ...inFile(
    "shared/allowlists/nsg-plan-steps.ts",
    [
      "ConditionalExpression",
      "last === undefined",
      "false",
      "without an end, no room before it is asked for",
    ],
    ["ConditionalExpression", "priority === null", "false", ROOM_FOR_ALL],
    ["ArrayDeclaration", '[{ kind: "group-full", rule: wish.rule }]', "[]", ROOM_FOR_ALL],
    ["ObjectLiteral", '{ kind: "group-full", rule: wish.rule }', "{}", ROOM_FOR_ALL],
    ["StringLiteral", '"group-full"', '""', ROOM_FOR_ALL],
    ["ConditionalExpression", "own !== undefined", "true", "what is not there is before nothing"],
    ["EqualityOperator", "own < limit", "own <= limit", OWN_PRIORITY],
    [
      "EqualityOperator",
      "lane.depthOf(wish) < lane.floorAt",
      "lane.depthOf(wish) <= lane.floorAt",
      OWN_PRIORITY,
    ],
    ["ArrayDeclaration", "[]", '["Stryker was here"]', "a word is no rule of ours, and so is not closed"],
    [
      "ConditionalExpression",
      "lane.isOpen(wish)",
      "false",
      "what is open has no Deny before the Allow by which it is: it is only found out later",
    ],
    ["EqualityOperator", "rule.priority < depth", "rule.priority <= depth", OWN_PRIORITY],
    ["EqualityOperator", "entry.rule.priority < end", "entry.rule.priority <= end", OWN_PRIORITY],
  ),
];
