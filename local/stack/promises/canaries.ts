/** Nothing that callers, jobs or pods can write goes any further than to the function that reads the logs. */
import { expect, it } from "vitest";
import { until } from "../../demo/chapter.ts";
import { protagonists, relayLines } from "../../demo/look.ts";
import { headlineOf, lettersOf, readerOf, takenOf, toldOfCallers } from "../auth-reading.ts";
import { callWithCanaries } from "../canary-caller.ts";
import {
  HEX_MARK,
  type LoggedLines,
  linesOfAws,
  linesOfEnvoy,
  linesOfNginx,
  linesOfProxy,
  linesOfRelay,
  MARK,
} from "../canary-lines.ts";
import type { Stack } from "../stack.ts";

const ADDRESS = "203.0.113.77";
/** So often that it is told. */
const TIMES = 3;
const CANARY = new RegExp(`${MARK}[.\\w-]*|${HEX_MARK.slice(0, 16)}\\w*`, "g");

/** To be called first: the tap looks for what it knows. */
export function watchCanaries({ tap }: Stack): void {
  const values = [MARK, HEX_MARK, HEX_MARK.slice(0, 16)];
  tap.watch(() => values.map((value, index) => ({ kind: "canary", name: `${index}`, value })));
}

function linesFor(stack: Stack): LoggedLines[] {
  return [
    linesOfRelay(stack.link.relay.log.group, ADDRESS),
    ...linesOfNginx(ADDRESS),
    linesOfEnvoy(ADDRESS, protagonists(stack).certificate.identity.commonName),
    ...linesOfAws(ADDRESS, stack.vpn.tunnel("one-a").outsideIp),
    linesOfProxy(ADDRESS),
  ];
}

export function promiseNoCanary(stackOf: () => Stack): void {
  it("is in every field of the lines that each reader takes", async () => {
    const stack = stackOf();
    const lines = linesFor(stack).map((one) => ({ ...one, before: takenOf(stack, one.group) }));
    for (const { group, stream, messages } of lines) {
      for (let time = 0; time < TIMES; time += 1)
        stack.aws.logs.append(
          group,
          stream,
          messages.map((message) => ({ timestamp: Date.now(), message })),
        );
    }
    for (const { group, refused, unread, before } of lines) {
      await until(`the lines of ${group} are taken`, () => {
        const now = takenOf(stack, group);
        return (
          now.refused - before.refused === TIMES * refused && now.unread - before.unread === TIMES * unread
        );
      });
    }
  });

  it("is in calls of relay, which logs none of it but what has the form of a pod's name", async () => {
    const stack = stackOf();
    await callWithCanaries(stack, MARK);
    const fresh = await until("both callers are logged", () => {
      const both = relayLines(stack).filter((line) => JSON.stringify(line).includes("127.0.0.1"));
      return ["client.refused", "client.accepted"].every((event) => both.some((one) => one.event === event))
        ? both
        : undefined;
    });
    const places = fresh.flatMap((line) =>
      Object.entries(line).flatMap(([key, value]) => (String(value).includes(MARK) ? [key] : [])),
    );
    expect(places).toEqual(["clientReplica"]);
  });

  it("is told of by what was made of it: reasons, addresses and our own names", async () => {
    const messages = await toldOfCallers(stackOf());
    expect(new Set(messages.map(headlineOf))).toEqual(
      new Set([
        "🔴 Critical: bunny.example.com is refused: its API key is wrong or missing",
        "🟠 Warning: one-a cannot come up: its ends have different pre-shared keys",
        "🟠 Warning: A caller is refused again and again: AWS WAF blocks it",
        "🟠 Warning: A caller is refused again and again: it is not allowed what it asks for",
        "🟠 Warning: A caller is refused again and again: it shows no certificate",
        "🟠 Warning: A caller is refused again and again: its API key is wrong or missing",
        "🟠 Warning: A caller is refused again and again: its certificate has ended",
        "🟠 Warning: A caller is refused again and again: the log does not say why",
        "🟠 Warning: Lines of the logs are not understood, so failures may go unseen",
      ]),
    );
  });

  it("is in no message, event, item, mail, answer and log line, and in no cause of a dead letter", async () => {
    const stack = stackOf();
    const { aws, graph, slack, monitoring } = stack;
    const mails = () => monitoring.topics.deliveries();
    await until("an alarm has rung", () =>
      mails().some(({ subject }) => subject.includes("callers-refused-")),
    );
    const seen = {
      slack: [...(slack?.channel.messages.values() ?? [])].map(({ contents }) => contents),
      bus: graph.eventBuses.map(({ name }) => aws.eventBridge.bus(name).events()),
      "default bus": aws.eventBridge.bus("default").events(),
      tables: await Promise.all(graph.tables.map(({ name }) => aws.dynamoDb.items(name))),
      mails: mails(),
      logs: graph.functions.map(({ logGroup }) => aws.logs.events(logGroup)),
      answers: [...stack.functions.values()].map(({ results }) => results),
      causes: lettersOf(stack),
    };
    for (const [where, things] of Object.entries(seen)) {
      const text = JSON.stringify(things);
      expect(text.length, where).toBeGreaterThan(100);
      expect(text.match(CANARY), where).toBe(null);
    }
  });

  it("goes from the logs to the one function, into what it leaves as dead letters, and nowhere else", () => {
    const stack = stackOf();
    const found = stack.tap.report().leaks.filter(({ kind }) => kind === "canary");
    const ways = found.map(({ from, to }) => `${from} to ${to}`);
    const { arn, name, role, asyncInvoke } = readerOf(stack).deployed;
    const byRelay = ways.filter((way) => /\/relay\/\S+ to logs$/.test(way));
    expect(byRelay.length).toBeGreaterThan(0);
    expect([...new Set(ways)].filter((way) => !byRelay.includes(way)).toSorted()).toEqual([
      `${role.arn} to ${asyncInvoke?.onFailureArn}`,
      `lambda to ${name}`,
      `logs.amazonaws.com to ${arn}`,
      `${stack.workloads.producerName} to relay`,
    ]);
  });
}
