/// <reference path="../.sst/platform/config.d.ts" />
/** The one table: what the clouds themselves cannot tell (intents, changes, incidents, leases). */
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
      name: stageName("journal"),
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
