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

/** For who writes down what it finds, and files nothing. For the keys of this link alone, see `keepJournal`. */
export function noteInJournal(journal: Journal): Permission[] {
  return journalPermissions(journal).notes;
}

/**
 * For the keys of this link alone, the history only by the batches that file what was told, and of incidents what is
 * over (what stands of them is among the notes). Every call that is
 * allowed names its keys, so that "ForAllValues" is never met by having none
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
 */
export function keepJournal(journal: Journal): Permission[] {
  const { notes, filing, past } = journalPermissions(journal);
  return [...notes, filing, past];
}

/** For who keeps what stands of the link (the lease, what is remembered of tunnels) and reports incidents of it. */
export function keepStanding(journal: Journal): Permission[] {
  const { standing, incidents } = journalPermissions(journal);
  return [...standing, ...incidents];
}

/** For who reports or tells incidents: those that stand, and where they go once they are over. */
export function keepIncidents(journal: Journal): Permission[] {
  return journalPermissions(journal).incidents;
}

function journalPermissions(journal: Journal) {
  const { name } = link;
  const standing = `link#${name}`;
  const intents = [`intent#${name}#*`, `key#${name}#*`];
  const history = [`history#${name}`, `history#${name}#*`];
  const within = (actions: string[], keys: string[]): Permission => ({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [journal.arn],
    conditions: [{ test: "ForAllValues:StringLike", variable: "dynamodb:LeadingKeys", values: keys }],
  });
  return {
    notes: [
      within(["GetItem", "Query"], [standing, ...intents, ...history]),
      within(["PutItem", "UpdateItem"], [standing, ...intents]),
    ],
    filing: within(["BatchWriteItem"], [standing, ...history]),
    past: within(["PutItem"], [`incidents#${name}`]),
    standing: [within(["GetItem"], [standing])],
    incidents: [
      within(["Query", "UpdateItem"], [standing]),
      within(["PutItem"], [standing, `incidents#${name}`]),
    ],
  };
}
