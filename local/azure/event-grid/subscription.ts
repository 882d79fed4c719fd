/**
 * A subscription to the events of Resource Manager, and which of them are for it.
 * https://learn.microsoft.com/azure/event-grid/event-filtering
 */
import * as z from "zod";
import type { ResourceEvent } from "../arm/nsg/resource-event.ts";

const FILTERS_MAX = 25;
const VALUES_MAX = 25;
const VALUE_CHARACTERS_MAX = 512;
const OPERATORS = [
  "StringIn",
  "StringNotIn",
  "StringBeginsWith",
  "StringEndsWith",
  "StringContains",
] as const;

const AdvancedFilter = z.strictObject({
  operatorType: z.enum(OPERATORS, { error: `operatorType: only ${OPERATORS.join(", ")} are supported here` }),
  key: z.string().min(1),
  values: z.array(z.string().max(VALUE_CHARACTERS_MAX)).min(1),
});
type AdvancedFilter = z.infer<typeof AdvancedFilter>;

const valuesOf = (filters: readonly AdvancedFilter[]): number =>
  filters.reduce((sum, { values }) => sum + values.length, 0);

export const EventSubscription = z.strictObject({
  name: z.string().min(1),
  /** The id of what raises the events: a subscription, a resource group or a resource. */
  scope: z.string().startsWith("/", "a scope is a resource id and begins with a slash"),
  /** Of the Function App. */
  functionName: z.string().min(1),
  filter: z
    .strictObject({
      includedEventTypes: z.array(z.string()).optional(),
      subjectBeginsWith: z.string().default(""),
      subjectEndsWith: z.string().default(""),
      isSubjectCaseSensitive: z.boolean().default(false),
      advancedFilters: z
        .array(AdvancedFilter)
        .max(FILTERS_MAX)
        .refine(
          (filters) => valuesOf(filters) <= VALUES_MAX,
          `no more than ${VALUES_MAX} values in all filters`,
        )
        .default([]),
    })
    .prefault({}),
  retryPolicy: z
    .strictObject({
      maxDeliveryAttempts: z.int().min(1).max(30).default(30),
      eventTimeToLiveInMinutes: z.int().min(1).max(1_440).default(1_440),
    })
    .prefault({}),
});
export type EventSubscription = z.infer<typeof EventSubscription>;

export function isFor({ scope, filter }: EventSubscription, event: ResourceEvent): boolean {
  const { includedEventTypes, subjectBeginsWith, subjectEndsWith, isSubjectCaseSensitive } = filter;
  const spelled = (text: string) => (isSubjectCaseSensitive ? text : text.toLowerCase());
  const subject = spelled(event.subject);
  return (
    `${event.subject}/`.toLowerCase().startsWith(`${scope.replace(/\/$/, "")}/`.toLowerCase()) &&
    (includedEventTypes === undefined || includedEventTypes.includes(event.eventType)) &&
    subject.startsWith(spelled(subjectBeginsWith)) &&
    subject.endsWith(spelled(subjectEndsWith)) &&
    filter.advancedFilters.every((one) => passes(one, event))
  );
}

/** Strings are compared without regard to case. What has no text at the key is in no list. */
function passes({ operatorType, key, values }: AdvancedFilter, event: ResourceEvent): boolean {
  const text = textAt(event, key)?.toLowerCase();
  if (text === undefined) return operatorType === "StringNotIn";
  const wanted = values.map((value) => value.toLowerCase());
  switch (operatorType) {
    case "StringIn":
      return wanted.includes(text);
    case "StringNotIn":
      return !wanted.includes(text);
    case "StringBeginsWith":
      return wanted.some((value) => text.startsWith(value));
    case "StringEndsWith":
      return wanted.some((value) => text.endsWith(value));
    case "StringContains":
      return wanted.some((value) => text.includes(value));
  }
}

function textAt(event: ResourceEvent, key: string): string | undefined {
  const value = key.split(".").reduce<unknown>((inner, name) => memberOf(inner, name), event);
  return typeof value === "string" ? value : undefined;
}

/** Of the event's own members the first letter may be written large. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const found = Object.entries(value).find(([key]) => key === name || key === lowerFirst(name));
  return found?.[1];
}

const lowerFirst = (name: string): string => name.slice(0, 1).toLowerCase() + name.slice(1);
