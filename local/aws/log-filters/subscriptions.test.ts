import {
  DeleteSubscriptionFilterCommand,
  DescribeSubscriptionFiltersCommand,
  paginateDescribeSubscriptionFilters,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import type { AwsServer } from "../server.ts";
import { logGroupName, nowMs, startLogs } from "../test-logs.ts";
import { accountId, region } from "../test-world.ts";
import { type FunctionOptions, filterName, functionArn, startSubscriptions } from "./test-subscriptions.ts";

let running: AwsServer | undefined;
afterEach(() => running?.close());

async function start(options: FunctionOptions = {}) {
  const world = await startSubscriptions(options);
  running = world.server;
  return world;
}

const notExecuted = {
  name: "InvalidParameterException",
  message: expect.stringContaining("Could not execute the lambda function."),
};

describe("PutSubscriptionFilter", () => {
  it("asks the function's policy as the log group, with everything in it", async () => {
    const { subscribe, asked } = await start();
    await subscribe();
    expect(asked[0]).toEqual({
      action: "lambda:InvokeFunction",
      resource: functionArn,
      context: {
        "aws:SourceArn": `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}:*`,
        "aws:SourceAccount": accountId,
      },
    });
  });

  it("is refused while the function's policy does not let the service in", async () => {
    const { subscribe } = await start({ mayInvoke: () => false });
    await expect(subscribe()).rejects.toMatchObject(notExecuted);
  });

  it("is refused while there is no function at all", async () => {
    const { server, logs, sdk } = await startLogs();
    running = server;
    const input = { logGroupName, filterName, filterPattern: "", destinationArn: functionArn };
    await expect(logs.subscriptions.put(input, accountId)).rejects.toMatchObject({
      code: "InvalidParameterException",
    });
    const described = await sdk.send(new DescribeSubscriptionFiltersCommand({ logGroupName }));
    expect(described.subscriptionFilters).toEqual([]);
  });

  it("refuses a third filter of one group, and takes another version of one that is there", async () => {
    const { subscribe, sdk, timers } = await start();
    await subscribe({ filterName: "b" });
    await subscribe({ filterName: "a" });
    await expect(subscribe({ filterName: "c" })).rejects.toMatchObject({ name: "LimitExceededException" });

    await timers.advance(5);
    await subscribe({ filterName: "a", filterPattern: '"refused"', distribution: "Random" });
    const { subscriptionFilters } = await sdk.send(new DescribeSubscriptionFiltersCommand({ logGroupName }));
    expect(subscriptionFilters).toMatchObject([
      { filterName: "a", filterPattern: '"refused"', distribution: "Random", creationTime: nowMs },
      { filterName: "b", filterPattern: "", distribution: "ByLogStream", destinationArn: functionArn },
    ]);
  });

  it("refuses a pattern that is too long or that it does not understand", async () => {
    const { subscribe } = await start();
    await subscribe({ filterPattern: `"${"x".repeat(1022)}"` });
    for (const filterPattern of [`"${"x".repeat(1023)}"`, '{ $.event = "x" &&& }']) {
      await expect(subscribe({ filterPattern })).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
  });

  it("refuses a group that is not there, and names that the model does not allow", async () => {
    const { subscribe } = await start();
    await expect(subscribe({ logGroupName: "/none" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(subscribe({ filterName: "a:b" })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("refuses what is no function of this account and region, and a role beside a function", async () => {
    const { subscribe } = await start();
    const elsewhere = [
      "read",
      `arn:aws:lambda:us-east-1:${accountId}:function:read`,
      `arn:aws:lambda:${region}:444455556666:function:read`,
    ];
    for (const destinationArn of elsewhere) {
      await expect(subscribe({ destinationArn })).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
    }
    await expect(subscribe({ roleArn: `arn:aws:iam::${accountId}:role/logs` })).rejects.toMatchObject({
      message: "destinationArn for vendor lambda cannot be used with roleArn",
    });
  });

  it("says what it cannot do and the real service can", async () => {
    const { subscribe } = await start();
    const more = [
      { applyOnTransformedLogs: true },
      { fieldSelectionCriteria: '@aws.region = "eu-west-2"' },
      { emitSystemFields: ["@aws.account"] },
      { destinationArn: `arn:aws:kinesis:${region}:${accountId}:stream/s` },
    ];
    for (const changes of more) {
      await expect(subscribe(changes)).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
    }
  });

  it("asks for the caller's permission on the group", async () => {
    const { server, subscribe } = await start({
      authorize: ({ action, resource }) =>
        Promise.resolve(
          action === "logs:PutSubscriptionFilter" && resource.endsWith(`:log-group:${logGroupName}`)
            ? "denied"
            : "allowed",
        ),
    });
    await expect(subscribe()).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(server.decisions()).toMatchObject([{ result: "denied" }]);
  });
});

describe("DescribeSubscriptionFilters", () => {
  it("pages by name, and finds by a prefix", async () => {
    const { subscribe, sdk } = await start();
    await subscribe({ filterName: "auth-b" });
    await subscribe({ filterName: "auth-a" });
    const names: (string | undefined)[] = [];
    for await (const page of paginateDescribeSubscriptionFilters(
      { client: sdk, pageSize: 1 },
      { logGroupName },
    ))
      names.push(...(page.subscriptionFilters ?? []).map((one) => one.filterName));
    expect(names).toEqual(["auth-a", "auth-b"]);
    const { subscriptionFilters } = await sdk.send(
      new DescribeSubscriptionFiltersCommand({ logGroupName, filterNamePrefix: "auth-b" }),
    );
    expect(subscriptionFilters).toHaveLength(1);
  });

  it("refuses a group that is not there", async () => {
    const { sdk } = await start();
    await expect(
      sdk.send(new DescribeSubscriptionFiltersCommand({ logGroupName: "/none" })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe("DeleteSubscriptionFilter", () => {
  it("ends what comes in from then on, and refuses a filter that is not there", async () => {
    const { subscribe, sdk, log, timers, arrived } = await start();
    await subscribe();
    log("relay-0", "before");
    const remove = () => sdk.send(new DeleteSubscriptionFilterCommand({ logGroupName, filterName }));
    await remove();
    log("relay-0", "after");
    await timers.advance(60_000);
    expect(arrived()).toEqual([["before"]]);
    await expect(remove()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("refuses a group that is not there", async () => {
    const { sdk } = await start();
    await expect(
      sdk.send(new DeleteSubscriptionFilterCommand({ logGroupName: "/none", filterName })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});
