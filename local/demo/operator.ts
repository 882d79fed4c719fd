/** Whoever uses the command line: what `npm run warrener -- freeze` and `thaw` do, with the same role and code. */
import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoFreeze } from "../../shared/freeze/aws-freeze.ts";
import { dynamoAudit } from "../../shared/journal/aws-audit.ts";
import { APP, DEPLOYED, nameInStage } from "../../shared/runtime/deployed-names.ts";
import type { Stack } from "../stack/stack.ts";
import { sayWord } from "../warrener/freeze.ts";

/** A reason freezes the link, null thaws it. */
export async function sayFreezeWord({ aws, graph, link }: Stack, reason: string | null): Promise<void> {
  const { credentials } = aws.identities.issue({ roleArn: aws.operatorRoleArn, sessionName: "on-call" });
  const { region, stage, accountId } = graph;
  const client = new DynamoDBClient({ region, endpoint: aws.server.url, credentials, maxAttempts: 5 });
  const table = { client, table: nameInStage(APP, stage, DEPLOYED.journal), link: link.name };
  const parts = {
    link,
    freezes: dynamoFreeze(table),
    audit: dynamoAudit({ ...table, clockMs: Date.now, pause: (ms) => pause(ms) }),
    person: `arn:aws:sts::${accountId}:assumed-role/operator/on-call`,
    now: Math.floor(Date.now() / 1_000),
  };
  try {
    await sayWord(parts, reason);
  } finally {
    client.destroy();
  }
}
