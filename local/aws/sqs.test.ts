import { describe, expect, it } from "vitest";
import type { Sighting } from "../stand-in/kernel.ts";
import { Queues } from "./sqs.ts";
import { accountId, makeKernel, region, roleArn } from "./test-world.ts";

const queueArn = `arn:aws:sqs:${region}:${accountId}:dead`;
const message = { body: "{}", attributes: { ERROR_CODE: "x" } };
const allowed = () => Promise.resolve(true);

describe("Queues", () => {
  it("keeps what was sent, in order, and records the call and its bytes", async () => {
    const sightings: Sighting[] = [];
    const kernel = makeKernel({}, sightings);
    const queues = new Queues(kernel);
    queues.create(queueArn);
    await queues.send(roleArn, queueArn, message, allowed);

    expect(queues.messages(queueArn)).toMatchObject([message]);
    expect(kernel.calls()).toMatchObject([{ operation: "sqs:SendMessage", caller: roleArn, outcome: "ok" }]);
    expect(sightings).toMatchObject([{ from: roleArn, to: queueArn, what: "sqs:SendMessage" }]);
  });

  it("refuses a queue that does not exist and a sender that is not allowed", async () => {
    const queues = new Queues(makeKernel());
    await expect(queues.send(roleArn, queueArn, message, allowed)).rejects.toMatchObject({
      code: "QueueDoesNotExist",
    });
    queues.create(queueArn);
    await expect(queues.send(roleArn, queueArn, message, () => Promise.resolve(false))).rejects.toMatchObject(
      { code: "AccessDeniedException" },
    );
    expect(queues.messages(queueArn)).toEqual([]);
  });
});
