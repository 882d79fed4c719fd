import { setTimeout as pause } from "node:timers/promises";
import { acmPcaOperations } from "../../aws/acm-pca/operations.ts";
import { dynamodbOperations } from "../../aws/dynamodb.ts";
import { secretsManagerOperations } from "../../aws/secrets-manager/operations.ts";
import { stsOperations } from "../../aws/sts.ts";
import { ENTRA_OPERATIONS } from "../../azure/entra.ts";
import { KEY_VAULT_OPERATIONS } from "../../azure/key-vault/operations.ts";
import type { Stack } from "../../stack/stack.ts";
import { untilToldOf } from "../channel.ts";
import { type Chapter, check, type Facts, until } from "../chapter.ts";
import { exceptionEndMs } from "../groups.ts";
import { readDeadLetters } from "../halves.ts";
import { EXCEPTION_PORT } from "../link.ts";
import { acceptedSerials, brainRecords, protagonists, versions } from "../look.ts";
import { scheduledMinutes } from "../schedule.ts";

const AWS = { ...acmPcaOperations, ...dynamodbOperations, ...secretsManagerOperations, ...stsOperations };
const AZURE = { ...ENTRA_OPERATIONS, ...KEY_VAULT_OPERATIONS };

/** Longer than a certificate is left alone, so that each outage lies across the moment of a renewal. */
const OUTAGE_MINUTES = 60;

export const outageOfAws: Chapter = {
  name: "AWS is away for an hour, and is caught up with after it",
  run: (stack) => surviveOutage(stack, Object.keys(AWS)),
};

export const outageOfAzure: Chapter = {
  name: "Azure is away for an hour, and is caught up with after it",
  run: (stack) => surviveOutage(stack, Object.keys(AZURE)),
};

async function surviveOutage(stack: Stack, operations: readonly string[]): Promise<Facts> {
  const { bunny } = protagonists(stack);
  await until("the current certificate is seen in use", () => {
    const current = versions(stack).at(-1);
    return current !== undefined && acceptedSerials(stack).includes(current.serial);
  });
  await pastTheException(stack);
  const before = { versions: versions(stack).length, polls: bunny.worker.counts(), red: redRuns(stack) };
  const end = beginOutage(stack, operations);
  try {
    await scheduledMinutes(OUTAGE_MINUTES);
  } finally {
    end();
  }
  const red = redRuns(stack) - before.red;
  const known = versions(stack).length;
  check(red > 0, "the runs during the outage were red");
  const endedAt = performance.now();
  const renewed = await until("a run after the outage renews", () => versions(stack)[known]);
  const secondsToHeal = Math.round((performance.now() - endedAt) / 100) / 10;
  await until("relay accepts it", () => acceptedSerials(stack).includes(renewed.serial));
  const counts = bunny.worker.counts();
  check(counts.failedPolls === before.polls.failedPolls, "no poll failed, in the outage or after it");
  return {
    redRuns: red,
    deadLetters: readDeadLetters(stack),
    polls: counts.polls - before.polls.polls,
    failedPolls: 0,
    secondsToHeal,
    serial: renewed.serial,
  };
}

const SOON_MS = 3_000;

/**
 * Where an outage cuts the very run off that closes it and tells, a later one tells in its place: once it is sure to be
 * over, which is after two minutes of the clock.
 */
async function pastTheException(stack: Stack): Promise<void> {
  const endsInMs = exceptionEndMs(stack) - Date.now();
  if (endsInMs > SOON_MS) return;
  await pause(Math.max(0, endsInMs));
  await untilToldOf(stack, "allowlist-exception-over", `in tcp ${EXCEPTION_PORT}`);
}

/** Every connection to these operations breaks. The answer ends it. */
function beginOutage(stack: Stack, operations: readonly string[]): () => void {
  const removals = operations.map((operation) =>
    stack.kernel.faults.add({
      operation,
      nth: "every",
      when: "before",
      effect: { kind: "lose-connection" },
    }),
  );
  return () => {
    for (const remove of removals) remove();
  };
}

const RED = ["certificate.failed", "run.failed"];
const redRuns = (stack: Stack): number =>
  brainRecords(stack).filter(({ event }) => RED.includes(event)).length;
