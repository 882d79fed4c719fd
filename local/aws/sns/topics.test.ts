import { describe, expect, it } from "vitest";
import type { Sighting } from "../../stand-in/kernel.ts";
import { accountId, makeKernel, region } from "../test-world.ts";
import { Topics } from "./topics.ts";

const topicArn = `arn:aws:sns:${region}:${accountId}:watchdog`;
const caller = "cloudwatch.amazonaws.com";
const publication = { subject: 'ALARM: "a"', message: "{}" };
const allowed = () => Promise.resolve(true);

function start(sightings: Sighting[] = []) {
  const kernel = makeKernel({}, sightings);
  const topics = new Topics(kernel);
  topics.create(topicArn);
  return { kernel, topics };
}

describe("Topics", () => {
  it("hands nothing to an address before its owner has confirmed it, and everything afterwards", async () => {
    const { topics } = start();
    topics.subscribe(topicArn, { protocol: "email", endpoint: "on-call@example.com" });
    await topics.publish(caller, topicArn, publication, allowed);
    expect(topics.deliveries()).toEqual([]);
    expect(topics.published(topicArn)).toEqual([publication]);

    topics.confirm(topicArn, "on-call@example.com");
    await topics.publish(caller, topicArn, publication, allowed);
    expect(topics.deliveries()).toEqual([
      {
        messageId: expect.any(String),
        topicArn,
        protocol: "email",
        endpoint: "on-call@example.com",
        ...publication,
      },
    ]);
  });

  it("hands to AWS's own services at once, and to each subscriber of one message the same id", async () => {
    const { topics } = start();
    for (const endpoint of ["arn:aws:sqs:1", "arn:aws:sqs:2"])
      topics.subscribe(topicArn, { protocol: "sqs", endpoint });
    await topics.publish(caller, topicArn, publication, allowed);
    const ids = topics.deliveries().map(({ messageId }) => messageId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it("records the call and its bytes", async () => {
    const sightings: Sighting[] = [];
    const { kernel, topics } = start(sightings);
    await topics.publish(caller, topicArn, publication, allowed);
    expect(kernel.calls("sns:Publish")).toMatchObject([{ caller, outcome: "ok", mutates: true }]);
    expect(sightings).toMatchObject([{ from: caller, to: topicArn, what: "sns:Publish" }]);
  });

  it("refuses who may not publish, before it looks at anything else", async () => {
    const { topics } = start();
    const denied = topics.publish(caller, topicArn, publication, () => Promise.resolve(false));
    await expect(denied).rejects.toMatchObject({ status: 403, code: "AuthorizationError" });
    expect(topics.published(topicArn)).toEqual([]);
  });

  it("refuses a topic that is not there", async () => {
    const { topics } = start();
    const lost = topics.publish(caller, `${topicArn}-2`, publication, allowed);
    await expect(lost).rejects.toMatchObject({ status: 404, code: "NotFound" });
  });

  it.each([
    ["a subject of more than 100 characters", { subject: "x".repeat(101) }],
    ["a subject with a line break", { subject: "a\nb" }],
    ["a subject that is not ASCII", { subject: "Tünnel" }],
    ["no subject", { subject: "" }],
    ["no message", { message: "" }],
    ["a message of more than 256 KB", { message: "x".repeat(262_145) }],
  ])("refuses %s", async (_what, changes) => {
    const { topics } = start();
    const refused = topics.publish(caller, topicArn, { ...publication, ...changes }, allowed);
    await expect(refused).rejects.toMatchObject({ status: 400, code: "InvalidParameter" });
  });

  it("cannot confirm an address that nobody subscribed", () => {
    expect(() => start().topics.confirm(topicArn, "a@example.com")).toThrow(/has not subscribed/);
  });
});
