/// <reference path="../.sst/platform/config.d.ts" />
/** The one table: what the clouds themselves cannot tell (intents, changes, incidents, leases). */
import { DEPLOYED } from "../shared/runtime/deployed-names.ts";
import type { Permission } from "./lambda-role.ts";
import { link } from "./link.ts";
import { stageName } from "./names.ts";
import { retained } from "./retention.ts";

export interface Journal {
  name: $util.Output<string>;
  arn: $util.Output<string>;
}

export function createJournal(): Journal {
  const table = new aws.dynamodb.Table(
    "Journal",
    {
      name: stageName(DEPLOYED.journal),
      billingMode: "PAY_PER_REQUEST",
      hashKey: "pk",
      rangeKey: "sk",
      attributes: [
        { name: "pk", type: "S" },
        { name: "sk", type: "S" },
      ],
      ttl: { enabled: true, attributeName: "expiresAt" },
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: true,
    },
    retained,
  );
  return { name: table.name, arn: table.arn };
}

/** For who finds the intent of what was issued, and writes down what it finds: it searches nothing, and files nothing. */
export function noteIssuances(journal: Journal): Permission[] {
  return journalPermissions(journal).issuances;
}

/**
 * For the keys of this link alone, the history only by the batches that file what was told. Every call that is
 * allowed names its keys, so that "ForAllValues" is never met by having none
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
 */
export function keepJournal(journal: Journal): Permission[] {
  const { certificates, filing, incidents } = journalPermissions(journal);
  return [...certificates, filing, incidents];
}

/** For who keeps what stands of the link (the lease, what is remembered of tunnels) and reports incidents of it. */
export function keepStanding(journal: Journal): Permission[] {
  const { standing, incidents } = journalPermissions(journal);
  return [standing, incidents];
}

/** For who keeps notes of its own among what stands of the link, mends nothing there, and reports incidents. */
export function keepNotes(journal: Journal): Permission[] {
  const { notes, incidents } = journalPermissions(journal);
  return [notes, incidents];
}

/** For who only has to know what stands of the link. */
export function readStanding(journal: Journal): Permission {
  return journalPermissions(journal).known;
}

/** For who counts refused callers: the count, in a partition that strangers may keep as busy as they like. */
export function keepRefusals(journal: Journal): Permission {
  return journalPermissions(journal).refusals;
}

/** For who only has to know which certificates were asked for. */
export function readIntents(journal: Journal): Permission {
  return journalPermissions(journal).intents;
}

/** For who has to know what was changed lately, wherever it is: still to be told, or told and filed. */
export function readHistory(journal: Journal): Permission {
  return journalPermissions(journal).told;
}

/** For who reports incidents, or tells those that others have reported: those that stand, and those that are over. */
export function keepIncidents(journal: Journal): Permission {
  return journalPermissions(journal).incidents;
}

function journalPermissions(journal: Journal) {
  const { name } = link;
  const standing = `link#${name}`;
  const intents = `intent#${name}#*`;
  const publicKeys = `key#${name}#*`;
  const ofTargets = `history#${name}#*`;
  const history = [`history#${name}`, ofTargets];
  const within = (actions: string[], keys: string[]): Permission => ({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [journal.arn],
    conditions: [{ test: "ForAllValues:StringLike", variable: "dynamodb:LeadingKeys", values: keys }],
  });
  return {
    certificates: [
      within(["GetItem", "Query"], [standing, intents, ofTargets]),
      within(["PutItem", "UpdateItem"], [standing, intents, publicKeys]),
    ],
    issuances: [
      // Of what stands, the order to revoke a certificate that was ordered meanwhile.
      within(["GetItem"], [standing, intents, publicKeys]),
      within(["PutItem"], [standing]),
      within(["UpdateItem"], [intents]),
    ],
    filing: within(["BatchWriteItem"], [standing, ...history]),
    intents: within(["Query"], [intents]),
    refusals: within(["GetItem", "PutItem"], [`auth#${name}`]),
    told: within(["Query"], history),
    standing: within(["GetItem", "PutItem", "Query", "UpdateItem"], [standing]),
    notes: within(["PutItem", "Query"], [standing]),
    known: within(["GetItem", "Query"], [standing]),
    incidents: within(["PutItem", "Query", "UpdateItem"], [`incidents#${name}`]),
  };
}
