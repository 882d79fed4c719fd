/** The mutants that no test notices, and why none has to. Each is read again when it is noticed, or not there any more. */
import type { Survivor } from "./judge.ts";
import { inFile, NULL_IS_PAST, ONLY_THE_TYPE, type Row } from "./survivor-rows.ts";
import { OF_ALLOWLISTS } from "./survivors-allowlists.ts";

const ALWAYS_SEEN =
  "what is labelled, or in the vault, has been seen by then: rememberApiKey notes it before";
const TEXT_SAYS_ID = "a chain's text says which CA's it is: there are no two ids for one text";
const NO_NUMBER = "a word is no number, and is left out as one that is far off";
const DECIDED_BEFORE = "what is the same has been decided the line before";
const OWN_NAME = "no two tunnels have the same name";
const NO_FIELDS = "the word has none of the fields that are compared next, and so is like nothing";
const PENDING_IS_STORED = "an end is said to have the pending key only where there is one";

export const SURVIVORS: readonly Survivor[] = [
  ...OF_ALLOWLISTS,
  ...inFile(
    "shared/certificates/plan.ts",
    ["StringLiteral", '"absent"', '""', "without a certificate, nobody reads why another one is due"],
    [
      "ObjectLiteral",
      '{ at: now, reason: "absent" }',
      "{}",
      "without a certificate one is requested at once, and nobody reads when or why it is due",
    ],
    ["ConditionalExpression", "current !== null", "true", ONLY_THE_TYPE],
  ),
  ...inFile(
    "shared/certificates/match.ts",
    ["ConditionalExpression", 'one === "other"', "false", NO_FIELDS],
    ["StringLiteral", '"other"', '""', NO_FIELDS],
    ["ConditionalExpression", 'other.type === "EC"', "true", "only a key of this type has a curve"],
    ["ConditionalExpression", 'other.type === "RSA"', "true", "only a key of this type has a size"],
  ),
  ...inFile(
    "shared/certificates/revocation.ts",
    ["ConditionalExpression", 'standing !== "not-in-link"', "true", NO_FIELDS],
    ["StringLiteral", '"not-in-link"', '""', NO_FIELDS],
  ),
  ...inFile("shared/certificates/plan-promotion.ts", [
    "ConditionalExpression",
    'plan.kind === "hold"',
    "true",
    "no other kind of plan has this reason; only its type has to be told",
  ]),
  ...inFile(
    "shared/keys/api-key-plan.ts",
    ["ConditionalExpression", "before.movedAt === null", "false", NULL_IS_PAST],
    ["ConditionalExpression", "unsettledUntil !== null", "true", NULL_IS_PAST],
    [
      "ConditionalExpression",
      "vault === null",
      "true",
      "rememberApiKey forgets that a name is taken as soon as the vault shows a secret",
    ],
    ["ConditionalExpression", "hiddenUntil !== null", "true", NULL_IS_PAST],
    [
      "ConditionalExpression",
      'step.kind === "wait"',
      "true",
      "no other kind of step has this reason; only its type has to be told",
    ],
    ["OptionalChaining", "view?.current?.createdAt", "view?.current.createdAt", ONLY_THE_TYPE],
    ["OptionalChaining", "view?.current", "view.current", ONLY_THE_TYPE],
  ),
  ...inFile(
    "shared/keys/api-key-decide.ts",
    ["ConditionalExpression", "labels.pending !== null", "true", ONLY_THE_TYPE],
    ["ConditionalExpression", "backOff !== null", "true", NULL_IS_PAST],
    ["OptionalChaining", "pending.labelled?.since", "pending.labelled.since", ALWAYS_SEEN],
    [
      "ConditionalExpression",
      'decision.reason !== "log-not-searched"',
      "true",
      "either way the log is searched next, and what is planned then does not depend on this",
    ],
    [
      "StringLiteral",
      '"log-not-searched"',
      '""',
      "either way the log is searched next, and what is planned then does not depend on this",
    ],
    ...Array<Row>(3).fill(["OptionalChaining", "labelled?.since", "labelled.since", ALWAYS_SEEN]),
    ...Array<Row>(3).fill(["OptionalChaining", "memory.vault?.since", "memory.vault.since", ALWAYS_SEEN]),
    ["ConditionalExpression", "vault.keyId !== null", "true", "no key has the id null"],
    ["ConditionalExpression", "askedAt !== null", "true", NULL_IS_PAST],
    ["ConditionalExpression", "memory.givenUpAt === null", "false", NULL_IS_PAST],
  ),
  ...inFile("shared/keys/pre-shared-plan.ts", [
    "ConditionalExpression",
    "its === undefined",
    "false",
    ONLY_THE_TYPE,
  ]),
  ...inFile(
    "shared/keys/pre-shared-decide.ts",
    ...Array<Row>(4).fill(["ConditionalExpression", "pending !== null", "true", PENDING_IS_STORED]),
    ["ConditionalExpression", "pending === null", "false", PENDING_IS_STORED],
    [
      "ConditionalExpression",
      'reason === "finish"',
      "true",
      "for no other reason is Azure given the key that it has as its current one",
    ],
  ),
  ...inFile(
    "shared/trust/acknowledge.ts",
    [
      "ConditionalExpression",
      'store.kind === "published"',
      "true",
      "whoever asks has found the bundle in the party's store",
    ],
    ["EqualityOperator", "elapsed > 0", "elapsed >= 0", DECIDED_BEFORE],
    ["EqualityOperator", "one < other", "one <= other", DECIDED_BEFORE],
    [
      "ConditionalExpression",
      "authority === undefined",
      "false",
      "relay is asked first, and whether its bundle has the CA is asked before",
    ],
    ["EqualityOperator", "read.number < head.number", "read.number <= head.number", DECIDED_BEFORE],
  ),
  ...inFile("shared/trust/foreign.ts", ["ConditionalExpression", "id === ca.id", "true", TEXT_SAYS_ID]),
  ...inFile(
    "shared/trust/issuer.ts",
    ["ConditionalExpression", 'shut.kind === "shut"', "true", ONLY_THE_TYPE],
    ["StringLiteral", '"acknowledged"', '""', ONLY_THE_TYPE],
    ["StringLiteral", '"cannot-tell"', '""', "it is asked only whether it is a yes or a no"],
    ["ConditionalExpression", 'current.issuer === "other"', "false", "no CA of the link has this id"],
    ["StringLiteral", '"other"', '""', "no CA of the link has this id"],
    ["StringLiteral", '"unreadable"', '""', "no id is a part of either text"],
    ["ConditionalExpression", 'pins !== "unreadable"', "true", "no id is a part of this word"],
    ["StringLiteral", '"unreadable"', '""', "no id is a part of this word"],
    ["ArrayDeclaration", "[]", '["Stryker was here"]', "a word is the id of no CA"],
  ),
  ...inFile(
    "shared/trust/publish.ts",
    ...Array<Row>(2).fill(["ArrayDeclaration", "[]", '["Stryker was here"]', NO_NUMBER]),
    ["ConditionalExpression", "id === ca.id", "true", TEXT_SAYS_ID],
  ),
  ...inFile(
    "shared/trust/remembered.ts",
    ["ConditionalExpression", "other.id === id", "true", TEXT_SAYS_ID],
    ["ConditionalExpression", "one.id === id", "true", TEXT_SAYS_ID],
  ),
  ...inFile(
    "shared/trust/revoked.ts",
    ["StringLiteral", '"general-purpose"', '""', "only a short-lived CA is told apart from the others"],
    ["ArrayDeclaration", "[]", '["Stryker was here"]', "a word ends at no time, and so has no place"],
  ),
  ...inFile(
    "shared/tunnels/memory.ts",
    ["EqualityOperator", "one.name < other.name", "one.name <= other.name", OWN_NAME],
    ["ArrayDeclaration", "[]", '["Stryker was here"]', "a word is no time, and is forgotten at once"],
    ["ConditionalExpression", "doubtSince !== null", "true", "null is what it is either way"],
  ),
  ...inFile(
    "shared/tunnels/plan.ts",
    ["ArrayDeclaration", "[]", '["Stryker was here"]', "a word is the name of no tunnel that differs"],
    ["EqualityOperator", "one.name < other.name", "one.name <= other.name", OWN_NAME],
  ),
  ...inFile(
    "shared/alerts/plan.ts",
    [
      "EqualityOperator",
      "rank(condition) < rank(other)",
      "rank(condition) <= rank(other)",
      "two of the same rank are the same in every word",
    ],
    ...Array<Row>(2).fill([
      "EqualityOperator",
      "rise > 0",
      "rise >= 0",
      "where it is 0, neither is read: nothing is said, and it is no change of severity",
    ]),
  ),
  ...inFile("shared/alerts/plan-telling.ts", [
    "ConditionalExpression",
    "note === undefined",
    "false",
    ONLY_THE_TYPE,
  ]),
  ...inFile("shared/auth-failures/verdict.ts", [
    "EqualityOperator",
    "one.least > before.least",
    "one.least >= before.least",
    "of one caller with the same number, whatever is told is the same",
  ]),
];
