/** CloudWatch Logs for tests: one group behind a server of its own, and the official client. */
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { Logs } from "./logs.ts";
import { region, startWorld, type WorldOptions } from "./test-world.ts";

export const logGroupName = "/warrener/relay";
export const logStreamName = "relay-0";
export const hourMs = 3_600_000;
export const nowMs = Date.parse("2026-11-21T08:00:00.000Z");

export async function startLogs(options: WorldOptions & { readonly retentionDays?: number } = {}) {
  const { clock = () => nowMs, retentionDays, ...rest } = options;
  const made: Logs[] = [];
  const world = await startWorld((kernel) => {
    const logs = new Logs({ kernel, region, clock });
    made.push(logs);
    return [logs.service];
  }, rest);
  const [logs] = made;
  if (logs === undefined) throw new Error("the service was not made");
  logs.createGroup(logGroupName, retentionDays);
  const sdk = new CloudWatchLogsClient(world.client());
  const put = (...events: readonly (readonly [number, string])[]) =>
    sdk.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: events.map(([timestamp, message]) => ({ timestamp, message })),
      }),
    );
  const filter = (changes: FilterLogEventsCommandInput = {}) =>
    sdk.send(new FilterLogEventsCommand({ logGroupName, ...changes }));
  return { ...world, logs, sdk, put, filter };
}

export const messages = (answer: {
  readonly events?: { readonly message?: string | undefined }[] | undefined;
}) => answer.events?.map((event) => event.message);
