/** Searches relay's log in CloudWatch, page by page; what the matches mean is for those who ask. */
import type { CloudWatchLogsClient, FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { cloudError } from "../runtime/aws.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";

/** Empty pages with a token are how CloudWatch searches a long time range. */
const PAGES_MAX = 50;

/** A client, or how to get one: most runs search nothing, and need not load it. */
export type LogsClient = CloudWatchLogsClient | (() => Promise<CloudWatchLogsClient>);

export interface LogSearch {
  readonly client: LogsClient;
  readonly group: string;
  readonly since: Instant;
  /** Lines of before then alone; left out, all. */
  readonly until?: Instant | undefined;
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
  readonly pattern: string;
}

/** The code of a search that took more pages, or time, than there was. */
export const UNFINISHED = "search-unfinished";

/** `goOn` is asked before each page. Throws `CloudError` when the search did not come to its end. */
export async function* searchLog(
  { client, group, since, until, pattern }: LogSearch,
  goOn: () => boolean | Promise<boolean>,
): AsyncGenerator<readonly FilteredLogEvent[]> {
  const { FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  const opened = typeof client === "function" ? await client() : client;
  let nextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX && (await goOn()); page += 1) {
    const command = new FilterLogEventsCommand({
      logGroupName: group,
      startTime: since * 1000,
      // The end itself is part of what is searched.
      ...(until === undefined ? {} : { endTime: until * 1000 - 1 }),
      filterPattern: pattern,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    const answer = await opened.send(command).catch((error: unknown) => {
      throw cloudError("FilterLogEvents", group, error);
    });
    yield answer.events ?? [];
    nextToken = answer.nextToken;
    if (nextToken === undefined) return;
  }
  const code = UNFINISHED;
  throw new CloudError({
    provider: "aws",
    operation: "FilterLogEvents",
    target: group,
    code,
    retryable: true,
  });
}

/** What is no JSON is undefined, which no schema takes. */
export function parseLine(message: string | undefined): unknown {
  try {
    return message === undefined ? undefined : JSON.parse(message);
  } catch {
    return undefined;
  }
}
