/**
 * Amazon CloudWatch Logs: streams are created, batches put, events filtered, and handed on to functions and metrics
 * (log-filters). Groups come with the deployment.
 */
import * as z from "zod";
import type { Kernel } from "../stand-in/kernel.ts";
import { type OperationTable, Refusal } from "../stand-in/operations.ts";
import { parseInput } from "./input.ts";
import { jsonCommonErrors, jsonWire } from "./json-wire.ts";
import { batchEventsMax, checkBatch } from "./log-batch.ts";
import { MetricFilters } from "./log-filters/metric-filters.ts";
import { Subscriptions } from "./log-filters/subscriptions.ts";
import { FilterPattern, GroupName, StreamName } from "./log-names.ts";
import { invalid, notFound, parsePattern } from "./log-refusals.ts";
import { parsePageToken, positionOf, searchEvents, tokenOf } from "./log-search.ts";
import { type LogGroup, type LogLine, LogStore, type StoredEvent } from "./log-store.ts";
import type { AwsService, Need, Prepare } from "./service.ts";

const common = [
  ...jsonCommonErrors,
  "InvalidParameterException",
  "ResourceNotFoundException",
  "ServiceUnavailableException",
];

export const logsOperations: OperationTable = {
  "logs:CreateLogStream": { mutates: true, errors: [...common, "ResourceAlreadyExistsException"] },
  "logs:PutLogEvents": { mutates: true, errors: common },
  "logs:FilterLogEvents": { mutates: false, errors: common },
  "logs:PutSubscriptionFilter": { mutates: true, errors: [...common, "LimitExceededException"] },
  "logs:DescribeSubscriptionFilters": { mutates: false, errors: common },
  "logs:DeleteSubscriptionFilter": { mutates: true, errors: common },
  "logs:PutMetricFilter": { mutates: true, errors: [...common, "LimitExceededException"] },
};

const StreamInput = z.object({ logGroupName: GroupName, logStreamName: StreamName });
const PutInput = StreamInput.extend({
  logEvents: z
    .array(z.object({ timestamp: z.int().min(0), message: z.string().min(1) }))
    .min(1)
    .max(batchEventsMax),
});
const FilterInput = z.object({
  logGroupName: GroupName,
  logStreamNames: z.array(StreamName).min(1).max(100).optional(),
  logStreamNamePrefix: StreamName.optional(),
  startTime: z.int().min(0).optional(),
  endTime: z.int().min(0).optional(),
  filterPattern: FilterPattern.optional(),
  limit: z.int().min(1).max(10_000).default(10_000),
  startFromHead: z.boolean().default(true),
  nextToken: z.string().min(1).optional(),
});
type FilterInput = z.infer<typeof FilterInput>;

export interface LogsOptions {
  readonly kernel: Kernel;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

export class Logs {
  readonly service: AwsService;
  readonly subscriptions: Subscriptions;
  readonly metricFilters: MetricFilters;
  readonly #kernel: Kernel;
  readonly #region: string;
  readonly #clock: () => number;
  readonly #store: LogStore;

  constructor(options: LogsOptions) {
    this.#kernel = options.kernel;
    this.#region = options.region;
    this.#clock = options.clock ?? Date.now;
    this.#store = new LogStore(options.kernel, this.#clock);
    const hasGroup = (name: string) => this.#store.group(name) !== undefined;
    const filters = { region: this.#region, clock: this.#clock, hasGroup };
    this.subscriptions = new Subscriptions(filters);
    this.metricFilters = new MetricFilters(filters);
    this.service = {
      name: "logs",
      wire: jsonWire({ target: "Logs_20140328", version: "1.1" }),
      table: logsOperations,
      operations: {
        CreateLogStream: this.#createStream,
        PutLogEvents: this.#put,
        FilterLogEvents: this.#filter,
        ...this.subscriptions.operations,
        ...this.metricFilters.operations,
      },
    };
  }

  createGroup(name: string, retentionDays?: number): void {
    this.#store.createGroup(GroupName.parse(name), retentionDays);
  }

  /** Writes as a service does that has the group already, such as Lambda: no call, the stream is made. */
  append(groupName: string, stream: string, lines: readonly LogLine[]): void {
    const group = this.#group(groupName);
    group.streams.add(stream);
    this.#take(groupName, group, stream, lines);
  }

  /** Everything in a group, also what no search finds yet, in the order in which it came. */
  events(groupName: string): readonly StoredEvent[] {
    return this.#group(groupName).events;
  }

  readonly #createStream: Prepare = (input, caller) => {
    const request = parseInput(StreamInput, input, "InvalidParameterException");
    return {
      needs: [this.#streamNeed("CreateLogStream", caller.accountId, request)],
      answer: () => {
        const { streams } = this.#group(request.logGroupName);
        if (streams.has(request.logStreamName)) {
          throw new Refusal(400, "ResourceAlreadyExistsException", "The specified log stream already exists");
        }
        streams.add(request.logStreamName);
        return {};
      },
    };
  };

  readonly #put: Prepare = (input, caller) => {
    const request = parseInput(PutInput, input, "InvalidParameterException");
    return {
      needs: [this.#streamNeed("PutLogEvents", caller.accountId, request)],
      answer: () => {
        const group = this.#group(request.logGroupName);
        if (!group.streams.has(request.logStreamName)) throw notFound("log stream");
        const { accepted, rejected } = checkBatch(request.logEvents, this.#clock(), group.retentionDays);
        this.#take(request.logGroupName, group, request.logStreamName, accepted);
        return Object.keys(rejected).length === 0 ? {} : { rejectedLogEventsInfo: rejected };
      },
    };
  };

  readonly #filter: Prepare = (input, caller) => {
    const request = parseInput(FilterInput, input, "InvalidParameterException");
    return {
      // The trailing part is the service's own: a policy must allow `<group>:*`, the bare group is not enough.
      needs: [
        need(
          "FilterLogEvents",
          `arn:aws:logs:${this.#region}:${caller.accountId}:log-group:${request.logGroupName}:log-stream:`,
        ),
      ],
      answer: () => this.#search(request),
    };
  };

  #search({ nextToken, ...request }: FilterInput) {
    if (request.logStreamNames !== undefined && request.logStreamNamePrefix !== undefined) {
      throw invalid("logStreamNames and logStreamNamePrefix cannot be used together");
    }
    const { events } = this.#group(request.logGroupName);
    const search = {
      matches: parsePattern(request.filterPattern ?? ""),
      startMs: request.startTime ?? 0,
      endMs: request.endTime ?? Number.POSITIVE_INFINITY,
      newestFirst: !request.startFromHead,
      inStream: (stream: string) =>
        (request.logStreamNames?.includes(stream) ?? true) &&
        stream.startsWith(request.logStreamNamePrefix ?? ""),
      limit: this.#kernel.faults.chance("logs short page", 0.2) ? 1 : request.limit,
      nowMs: this.#clock(),
    };
    const after = nextToken === undefined ? null : parsePageToken(nextToken, request);
    if (this.#kernel.faults.chance("logs empty page", 0.1)) {
      return { events: [], searchedLogStreams: [], nextToken: tokenOf(request, after) };
    }
    const page = searchEvents(events, search, after);
    return {
      events: page.events.map((event) => ({
        logStreamName: event.stream,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestedAtMs,
        eventId: event.eventId,
      })),
      searchedLogStreams: [],
      ...(page.next === undefined ? {} : { nextToken: tokenOf(request, positionOf(page.next)) }),
    };
  }

  #take(groupName: string, group: LogGroup, stream: string, lines: readonly LogLine[]): void {
    const events = this.#store.append(group, stream, lines);
    this.subscriptions.take(groupName, stream, events);
    this.metricFilters.take(groupName, events);
  }

  #group(name: string): LogGroup {
    const group = this.#store.group(name);
    if (group === undefined) throw notFound("log group");
    return group;
  }

  #streamNeed(operation: string, accountId: string, request: z.infer<typeof StreamInput>): Need {
    const { logGroupName, logStreamName } = request;
    return need(
      operation,
      `arn:aws:logs:${this.#region}:${accountId}:log-group:${logGroupName}:log-stream:${logStreamName}`,
    );
  }
}

const need = (operation: string, resource: string): Need => ({
  action: `logs:${operation}`,
  resource,
  context: {},
});
