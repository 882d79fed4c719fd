/**
 * Opens what CloudWatch Logs hands over: a batch of lines of one stream, as JSON in gzip in base64
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html). Pure, but for inflating.
 *
 * Whoever may invoke the function may write what he likes here: what is not of this link's own filters is refused
 * before any line of it is read, and how much is inflated is bounded.
 */
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import type { Instant } from "../runtime/instant.ts";
import type { AuthGroup } from "./desired.ts";
import type { TakenLine } from "./memory-take.ts";

/**
 * Lambda takes a megabyte of an asynchronous event, which may inflate to a thousand times as much. With this much a run
 * was measured to take up to 400 MB, of the 512 that the function has.
 */
export const INFLATED_MAX_BYTES = 32 * 1_024 * 1_024;

const Packed = z.object({ awslogs: z.object({ data: z.string() }) });

const LogLine = z.object({
  id: z.string().min(1).max(256),
  /** Milliseconds. */
  timestamp: z.int().nonnegative(),
  message: z.string(),
});
const Probe = z.object({ messageType: z.literal("CONTROL_MESSAGE") });
const Unpacked = z.object({
  messageType: z.string(),
  owner: z.string(),
  logGroup: z.string(),
  logStream: z.string(),
  subscriptionFilters: z.array(z.string()),
  logEvents: z.array(LogLine),
});
type Unpacked = z.infer<typeof Unpacked>;

/** Is it a delivery at all, whatever it holds? */
export const isDelivery = (event: unknown): boolean =>
  typeof event === "object" && event !== null && Object.hasOwn(event, "awslogs");

export type DeliveryRefusal =
  /** No batch, or one that was damaged on its way. */
  | "malformed"
  /** It inflates to more than is ever read. */
  | "too-large"
  /** Neither lines nor CloudWatch's word that it can reach the function. */
  | "other-message"
  | "other-account"
  | "other-group"
  /** The function is handed lines by its own filters alone. */
  | "other-filter";

export type Opened =
  | { readonly kind: "refused"; readonly reason: DeliveryRefusal }
  /** CloudWatch tries whether it can reach the function. */
  | { readonly kind: "probe" }
  | { readonly kind: "lines"; readonly batch: Batch };

export interface Batch {
  readonly group: AuthGroup;
  readonly stream: string;
  readonly lines: Unpacked["logEvents"];
}

export interface Expected {
  readonly groups: readonly AuthGroup[];
  /** The account that owns the function. */
  readonly account: string;
  /** The name that all filters of this deployment have. */
  readonly filter: string;
}

export function openDelivery(event: unknown, expected: Expected): Opened {
  const packed = Packed.safeParse(event);
  if (!packed.success) return refused("malformed");
  const inflated = inflate(packed.data.awslogs.data);
  if (typeof inflated === "string") return refused(inflated);
  const content = parseJson(inflated.toString("utf8"));
  // Of its other fields nothing is said.
  if (Probe.safeParse(content).success) return { kind: "probe" };
  const unpacked = Unpacked.safeParse(content);
  return unpacked.success ? place(unpacked.data, expected) : refused("malformed");
}

const refused = (reason: DeliveryRefusal): Opened => ({ kind: "refused", reason });

function inflate(data: string): Buffer | DeliveryRefusal {
  try {
    return gunzipSync(Buffer.from(data, "base64"), { maxOutputLength: INFLATED_MAX_BYTES });
  } catch (error) {
    const isTooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return isTooLarge ? "too-large" : "malformed";
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function place(unpacked: Unpacked, { groups, account, filter }: Expected): Opened {
  const { messageType, owner, logGroup, logStream, subscriptionFilters, logEvents } = unpacked;
  if (messageType !== "DATA_MESSAGE") return refused("other-message");
  if (owner !== account) return refused("other-account");
  const group = groups.find((one) => one.group === logGroup);
  if (group === undefined) return refused("other-group");
  if (!subscriptionFilters.includes(filter)) return refused("other-filter");
  return { kind: "lines", batch: { group, stream: logStream, lines: logEvents } };
}

/** Those that say something of a caller, or that no reader understands; all others are another program's business. */
export const readLines = ({ group, stream, lines }: Batch): TakenLine[] =>
  lines.flatMap(({ id, timestamp, message }): TakenLine[] => {
    const at: Instant = Math.floor(timestamp / 1_000);
    const reading = group.read(message, at, stream);
    if (reading === "not-mine") return [];
    return [{ id, at, event: reading === "unreadable" ? null : reading }];
  });
