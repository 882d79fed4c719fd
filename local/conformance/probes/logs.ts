/** CloudWatch Logs: streams, batches, searches, and the filters that hand lines on. */
import * as z from "zod";
import type { Input } from "../call.ts";
import { ACCOUNT, REGION } from "../places.ts";
import type { Case, Ground, Probe } from "../probe.ts";

const stream = "relay-0";
const destinationArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:read`;

const createStream = ({ call }: Ground, logGroupName: string, logStreamName = stream) =>
  call("logs", "CreateLogStream", { logGroupName, logStreamName });
const write = ({ call }: Ground, logGroupName: string, messages: readonly string[], more: Input = {}) =>
  call("logs", "PutLogEvents", {
    logGroupName,
    logStreamName: stream,
    logEvents: messages.map((message, index) => ({ timestamp: Date.now() - 1000 + index, message })),
    ...more,
  });
const Found = z.object({
  events: z.array(
    z.object({ message: z.string(), logStreamName: z.string(), eventId: z.string().transform(() => "id") }),
  ),
});

async function search(ground: Ground, messages: readonly string[], more: Input) {
  const logGroupName = await ground.logGroup();
  await createStream(ground, logGroupName);
  await write(ground, logGroupName, messages);
  const answer = await ground.call("logs", "FilterLogEvents", { logGroupName, ...more });
  return Found.parse(answer).events.map(({ message }) => message);
}

const lines = [
  "ERROR one",
  "error two",
  "WARN ERROR three",
  '{"level":"warn","serial":"0b","count":12,"inner":{"ok":true},"list":[1,2]}',
  '{"level":"info","serial":"0c","count":7}',
];
/** Which of the lines fit, by their place. */
const fitting = (name: string, filterPattern: string): Case => ({
  name,
  run: async (ground) => (await search(ground, lines, { filterPattern })).map((line) => lines.indexOf(line)),
});
const refused = (name: string, filterPattern: string): Case => ({
  name,
  refuses: (ground) => search(ground, lines, { filterPattern }),
});

const subscribe = ({ call }: Ground, logGroupName: string, more: Input = {}) =>
  call("logs", "PutSubscriptionFilter", {
    logGroupName,
    filterName: "auth",
    filterPattern: "{ $.level = warn }",
    destinationArn,
    ...more,
  });
const metric = { metricName: "refused", metricNamespace: "relay", metricValue: "1" };
const measure = ({ call }: Ground, logGroupName: string, more: Input = {}) =>
  call("logs", "PutMetricFilter", {
    logGroupName,
    filterName: "refused",
    filterPattern: "ERROR",
    metricTransformations: [metric],
    ...more,
  });

export const logProbes: readonly Probe[] = [
  {
    operation: "logs:CreateLogStream",
    cases: [
      {
        name: "a stream that is there",
        main: true,
        refuses: async (ground) => {
          const group = await ground.logGroup();
          await createStream(ground, group);
          await createStream(ground, group);
        },
      },
      { name: "a group that is not there", main: true, refuses: (ground) => createStream(ground, "/absent") },
      {
        name: "a name with a colon",
        refuses: async (ground) => await createStream(ground, await ground.logGroup(), "a:b"),
      },
    ],
  },
  {
    operation: "logs:PutLogEvents",
    cases: [
      { name: "a group that is not there", main: true, refuses: (ground) => write(ground, "/absent", ["x"]) },
      {
        name: "a stream that is not there",
        refuses: async (ground) => await write(ground, await ground.logGroup(), ["x"]),
      },
      {
        name: "lines in the wrong order",
        refuses: async (ground) => {
          const group = await ground.logGroup();
          await createStream(ground, group);
          const logEvents = [0, -1000].map((ms) => ({ timestamp: Date.now() + ms, message: "x" }));
          await write(ground, group, [], { logEvents });
        },
      },
      {
        name: "a line of 15 days ago is told as too old",
        run: async (ground) => {
          const group = await ground.logGroup();
          await createStream(ground, group);
          const logEvents = [-15 * 86_400_000, 0].map((ms) => ({ timestamp: Date.now() + ms, message: "x" }));
          const answer = await write(ground, group, [], { logEvents });
          return z
            .object({ rejectedLogEventsInfo: z.object({ tooOldLogEventEndIndex: z.number() }).optional() })
            .parse(answer);
        },
      },
      {
        name: "no lines",
        refuses: async (ground) => {
          const group = await ground.logGroup();
          await createStream(ground, group);
          await write(ground, group, []);
        },
      },
    ],
  },
  {
    operation: "logs:FilterLogEvents",
    cases: [
      { name: "all lines, oldest first", main: true, run: (ground) => search(ground, lines, {}) },
      {
        name: "a group that is not there",
        main: true,
        refuses: ({ call }) => call("logs", "FilterLogEvents", { logGroupName: "/absent" }),
      },
      fitting("one term", "ERROR"),
      fitting("two terms", "ERROR three"),
      fitting("one of two terms", "?one ?two"),
      fitting("a term that must not be there", "ERROR -WARN"),
      fitting("several words in quotes", '"WARN ERROR"'),
      fitting("a field equal to a text", '{ $.serial = "0b" }'),
      fitting("a field equal to a text, without quotes", "{ $.level = warn }"),
      fitting("a field not equal to a text", '{ $.level != "warn" }'),
      fitting("a field with a star", '{ $.serial = "0*" }'),
      fitting("a number", "{ $.count > 7 }"),
      fitting("both", '{ ($.count >= 7) && ($.level = "info") }'),
      fitting("either", '{ ($.count = 12) || ($.level = "info") }'),
      fitting("a field inside", "{ $.inner.ok IS TRUE }"),
      fitting("a field that is not there", "{ $.inner NOT EXISTS }"),
      refused("a pattern that does not end", '{ $.serial = "0b"'),
      {
        name: "a page of two, and its token",
        run: async (ground) => {
          const logGroupName = await ground.logGroup();
          await createStream(ground, logGroupName);
          await write(ground, logGroupName, lines);
          const first = await ground.call("logs", "FilterLogEvents", { logGroupName, limit: 2 });
          const { nextToken, events } = Found.extend({ nextToken: z.string() }).parse(first);
          const second = await ground.call("logs", "FilterLogEvents", { logGroupName, limit: 2, nextToken });
          return [...events, ...Found.parse(second).events].map(({ message }) => lines.indexOf(message));
        },
      },
    ],
  },
  {
    operation: "logs:PutSubscriptionFilter",
    cases: [
      { name: "a group that is not there", main: true, refuses: (ground) => subscribe(ground, "/absent") },
      {
        name: "a pattern that does not end",
        refuses: async (ground) =>
          await subscribe(ground, await ground.logGroup(), { filterPattern: "{ $.a = " }),
      },
    ],
  },
  {
    operation: "logs:DescribeSubscriptionFilters",
    cases: [
      {
        name: "of a new group",
        main: true,
        run: async ({ call, logGroup }) =>
          z
            .object({ subscriptionFilters: z.array(z.unknown()) })
            .parse(await call("logs", "DescribeSubscriptionFilters", { logGroupName: await logGroup() })),
      },
      {
        name: "of a group that is not there",
        refuses: ({ call }) => call("logs", "DescribeSubscriptionFilters", { logGroupName: "/absent" }),
      },
    ],
  },
  {
    operation: "logs:DeleteSubscriptionFilter",
    cases: [
      {
        name: "a filter that is not there",
        refuses: async ({ call, logGroup }) =>
          await call("logs", "DeleteSubscriptionFilter", {
            logGroupName: await logGroup(),
            filterName: "absent",
          }),
      },
      {
        name: "of a group that is not there",
        refuses: ({ call }) =>
          call("logs", "DeleteSubscriptionFilter", { logGroupName: "/absent", filterName: "absent" }),
      },
    ],
  },
  {
    operation: "logs:PutMetricFilter",
    cases: [
      { name: "one", refuses: async (ground) => await measure(ground, await ground.logGroup()) },
      { name: "a group that is not there", refuses: (ground) => measure(ground, "/absent") },
      {
        name: "two transformations",
        refuses: async (ground) =>
          await measure(ground, await ground.logGroup(), { metricTransformations: [metric, metric] }),
      },
    ],
  },
];
