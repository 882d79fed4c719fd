/**
 * The entries of one PutEvents: what refuses the whole call, and what refuses one entry while the others are taken.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
import * as z from "zod";
import { Refusal } from "../../stand-in/operations.ts";

const entriesMax = 10;
/** Of all entries together, counted as `bytesOf` does. */
const callBytesMax = 262_144;
const detailTypeCharactersMax = 128;

export const PutEventsEntry = z.object({
  /** Seconds since the epoch. */
  Time: z.number().optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  /** Name or ARN; left out, the default bus. */
  EventBusName: z
    .string()
    .min(1)
    .max(1600)
    .regex(/^(?:arn:aws[\w-]*:events:[a-z\d-]+:\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]+$/)
    .optional(),
  TraceHeader: z.string().min(1).max(500).optional(),
});
export type PutEventsEntry = z.infer<typeof PutEventsEntry>;

export const PutEventsInput = z.object({
  Entries: z.array(PutEventsEntry).min(1).max(entriesMax),
  EndpointId: z.string().optional(),
});

/** An entry that can become an event. */
export interface AcceptedEntry {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly resources: readonly string[];
  readonly atMs: number | undefined;
}

export interface EntryError {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** Throws `Refusal` when the entries are too large together. */
export function checkSize(entries: readonly PutEventsEntry[]): void {
  if (entries.reduce((bytes, entry) => bytes + bytesOf(entry), 0) > callBytesMax) {
    throw new Refusal(
      400,
      "ValidationException",
      "Total size of the entries in the request is over the limit.",
    );
  }
}

export function checkEntry(entry: PutEventsEntry): AcceptedEntry | EntryError {
  const { Source: source, DetailType: detailType, Detail: text } = entry;
  if (source === undefined || source === "") return missing("Source");
  if (detailType === undefined || detailType === "") return missing("DetailType");
  if (text === undefined || text === "") return missing("Detail");
  if (source.startsWith("aws.")) {
    return {
      ErrorCode: "NotAuthorizedForSourceException",
      ErrorMessage: "Not authorized for the source.",
    };
  }
  if (detailType.length > detailTypeCharactersMax) {
    return invalid("DetailType", `DetailType has more than ${detailTypeCharactersMax} characters.`);
  }
  const detail = parseDetail(text);
  if (detail === undefined) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  const atMs = entry.Time === undefined ? undefined : entry.Time * 1000;
  return { source, detailType, detail, resources: entry.Resources ?? [], atMs };
}

const Detail = z.record(z.string(), z.unknown());

function parseDetail(text: string): AcceptedEntry["detail"] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Detail.safeParse(value).data;
}

function missing(parameter: string): EntryError {
  return invalid(parameter, `${parameter} is a required argument.`);
}

function invalid(parameter: string, reason: string): EntryError {
  return {
    ErrorCode: "InvalidArgument",
    ErrorMessage: `Parameter ${parameter} is not valid. Reason: ${reason}`,
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function bytesOf({ Time, Source, DetailType, Detail, Resources = [] }: PutEventsEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), 0);
  return bytes + (Time === undefined ? 0 : 14);
}
