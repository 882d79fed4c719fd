/** What the function that reads logs of refused callers is handed, says and leaves, for system tests. */
import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import * as z from "zod";
import { RUN_EVERY_MS, until } from "../demo/chapter.ts";
import { type SeenMessage, seenMessages } from "../slack/view.ts";
import { deployed } from "./deployed.ts";
import type { Stack } from "./stack.ts";

export const readerOf = (stack: Stack) => deployed(stack, "ReadAuthFailures");

export const idsOf = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

/** As CloudWatch hands it over. */
export const packed = (content: object | string): string => {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return JSON.stringify({ awslogs: { data: gzipSync(text).toString("base64") } });
};

/** Of relay's log, with a line of a refused caller for each id, and other fields where they are given. */
export function deliveryOf(stack: Stack, ids: readonly string[], address: string, changes: object = {}) {
  const refusal = { event: "client.refused", reason: "no-certificate", clientAddress: address };
  const timestamp = Date.now();
  return packed({
    messageType: "DATA_MESSAGE",
    owner: stack.graph.accountId,
    logGroup: stack.link.relay.log.group,
    logStream: "relay-0",
    subscriptionFilters: [readerOf(stack).deployed.name],
    logEvents: ids.map((id) => ({ id, timestamp, message: JSON.stringify(refusal) })),
    ...changes,
  });
}

export const deliver = (stack: Stack, payload: string): Promise<void> =>
  stack.events.invoke("logs.amazonaws.com", readerOf(stack).deployed.arn, payload);

const Look = z.object({ refused: z.number() });

/** Strangers' failures within the window. */
export const untilCounted = (stack: Stack, refused: number): Promise<true> =>
  until(
    `${refused} failures are counted`,
    async () => {
      // It fails while so many lines are taken that the function has no time for a person.
      const answer = await readerOf(stack).invoke({ run: "plan" });
      return answer.ok && Look.parse(answer.payload).refused === refused;
    },
    undefined,
    RUN_EVERY_MS,
  );

/** What Slack shows of refused callers once everything that holds was told. */
export async function toldOfCallers(stack: Stack): Promise<SeenMessage[]> {
  await until("what holds is looked at", async () => (await readerOf(stack).invoke({})).ok);
  await until("Slack is told", async () => {
    const answer = await deployed(stack, "TellIncidents").invoke({});
    return answer.ok && z.object({ untold: z.array(z.unknown()) }).parse(answer.payload).untold.length === 0;
  });
  if (stack.slack === undefined) return [];
  const isOfCallers = ({ lines }: SeenMessage) =>
    lines.some((line) => /(?:#|, entry )auth-[a-z]+\)?$/.test(line));
  return seenMessages(stack.slack.channel).filter(isOfCallers);
}

export const headlineOf = (message: SeenMessage | undefined): string | undefined => message?.lines[0];

const Letter = z.object({
  requestContext: z.object({ condition: z.string(), approximateInvokeCount: z.number() }),
  responsePayload: z.object({ errorType: z.string(), errorMessage: z.string() }),
});

/** The function's dead letters, without the lines that they hold. */
export function lettersOf(stack: Stack) {
  const queue = readerOf(stack).deployed.asyncInvoke?.onFailureArn ?? "";
  return stack.events.queues.messages(queue).map(({ body, attributes }) => {
    const { requestPayload: _, ...letter } = z.looseObject(Letter.shape).parse(JSON.parse(body));
    return { ...letter, attributes };
  });
}

const Taken = z.object({
  message: z.object({
    event: z.literal("auth-failures.taken"),
    group: z.string(),
    refused: z.number(),
    unread: z.number(),
  }),
});

/** How many lines of a log group it says that it has taken so far. */
export function takenOf(stack: Stack, group: string): { readonly refused: number; readonly unread: number } {
  const lines = stack.aws.logs.events(readerOf(stack).deployed.logGroup);
  const taken = lines
    .flatMap(({ message }) => Taken.safeParse(parseJson(message)).data?.message ?? [])
    .filter((line) => line.group === group);
  const sum = (of: "refused" | "unread") => taken.reduce((total, line) => total + line[of], 0);
  return { refused: sum("refused"), unread: sum("unread") };
}

/** Lines of the platform's own are no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
