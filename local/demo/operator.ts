/** Whoever uses the command line: what `npm run warrener -- freeze`, `accept`, `rotate` and the like do, with the same role and code. */
import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { dynamoJournal } from "../../shared/certificates/aws-journal.ts";
import type { Serial } from "../../shared/certificates/schema.ts";
import { dynamoFreeze } from "../../shared/freeze/aws-freeze.ts";
import { dynamoAudit } from "../../shared/journal/aws-audit.ts";
import { APP, DEPLOYED, nameInStage } from "../../shared/runtime/deployed-names.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import type { Stack } from "../stack/stack.ts";
import { functionsOf } from "../warrener/deployment.ts";
import { sayWord } from "../warrener/freeze.ts";
import { readKeys } from "../warrener/read-keys.ts";
import { readPlans, targetOf } from "../warrener/read-plans.ts";
import { orderRevocation } from "../warrener/revoke.ts";
import { rotate } from "../warrener/rotate.ts";
import { accept } from "../warrener/run-groups.ts";
import { check } from "./chapter.ts";

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

/** A reason freezes the link, null thaws it. */
export const sayFreezeWord = (stack: Stack, reason: string | null): Promise<void> =>
  asOperator(stack, async ({ link, freezes, audit, person }) => {
    await sayWord({ link, freezes, audit, person, now: nowSeconds() }, reason);
  });

/** Reads what the link wants of the group, and says yes to it. */
export const acceptGroup = (stack: Stack, group: string): Promise<void> =>
  asOperator(stack, async (deployment) => {
    const { problem } = await accept(deployment, group, () => Promise.resolve("yes"));
    check(problem === null, `what waits in ${group} is accepted: ${problem}`);
  });

/** Asks for a new key: an API key by its name, a pre-shared key by its tunnel's. */
export const askForKey = (stack: Stack, name: string): Promise<void> =>
  asOperator(stack, async (deployment) => {
    await untilTold(() => rotate(deployment, name));
  });

/** Whether nothing is being done about them, and nothing waits to be. */
export const areInOrder = (stack: Stack, names: readonly string[]): Promise<boolean> =>
  asOperator(stack, async (deployment) => {
    for (const name of names) {
      const { keys } = await untilTold(() => readKeys(deployment, name));
      const [report] = keys.map((one) => one.report);
      const isDone = report?.state === "in-order" && report.step === null && report.waiting === null;
      if (!isDone) return false;
    }
    return true;
  });

/** Orders that this one is revoked, because others know its key. */
export const reportStolen = (stack: Stack, name: string, serial: Serial): Promise<void> =>
  asOperator(stack, async (deployment) => {
    const observe = async () => {
      const { certificates, problem } = await readPlans(deployment, name);
      if (problem !== null) throw new ConfigError(problem);
      return targetOf(certificates[0]);
    };
    const parts = { ...deployment, clock: nowSeconds, observe };
    const order = { name, serial, reason: "key-compromise" } as const;
    await untilTold(() => orderRevocation(parts, order));
  });

const TRIES_MAX = 5;

/** A function that the clouds have failed says so, and that it may be asked again. */
async function untilTold<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; tries < TRIES_MAX; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
  }
  return await ask();
}

type SignedIn = ReturnType<typeof signIn>["deployment"];

async function asOperator<T>(stack: Stack, act: (deployment: SignedIn) => Promise<T>): Promise<T> {
  const { deployment, signOut } = signIn(stack);
  try {
    return await act(deployment);
  } finally {
    signOut();
  }
}

function signIn({ aws, graph, link }: Stack) {
  const { credentials } = aws.identities.issue({ roleArn: aws.operatorRoleArn, sessionName: "on-call" });
  const { region, stage, accountId } = graph;
  const where = { region, endpoint: aws.server.url, credentials, maxAttempts: 5 };
  const [client, lambda] = [new DynamoDBClient(where), new LambdaClient(where)];
  const functions = functionsOf(stage);
  const table = { client, table: nameInStage(APP, stage, DEPLOYED.journal), link: link.name };
  const person = `arn:aws:sts::${accountId}:assumed-role/operator/on-call`;
  const deployment = {
    ...{ link, lambda, functions, person },
    freezes: dynamoFreeze(table),
    journal: dynamoJournal({ ...table, clock: nowSeconds }),
    audit: dynamoAudit({ ...table, clockMs: Date.now, pause: (ms) => pause(ms) }),
    readPerson: () => Promise.resolve(person),
  };
  const signOut = () => {
    client.destroy();
    lambda.destroy();
  };
  return { deployment, signOut };
}
