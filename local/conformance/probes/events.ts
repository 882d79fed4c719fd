/** EventBridge: what may be put on a bus, and which events fit a pattern. */
import * as z from "zod";
import type { Input } from "../call.ts";
import type { Case, Ground, Probe } from "../probe.ts";

const entry = { Source: "warrener", DetailType: "Incident opened", Detail: '{"link":"relay-bunny"}' };
const Results = z.object({
  FailedEntryCount: z.number(),
  Entries: z.array(
    z.object({
      EventId: z
        .string()
        .transform(() => "an id")
        .optional(),
      ErrorCode: z.string().optional(),
    }),
  ),
});
const put = ({ call }: Ground, entries: readonly Input[]) =>
  call("events", "PutEvents", { Entries: entries });
const result = (name: string, entries: readonly Input[]): Case => ({
  name,
  run: async (ground) => Results.parse(await put(ground, entries)),
});

const event = {
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "AWS API Call via CloudTrail",
  source: "aws.ec2",
  account: "123456789012",
  time: "2026-11-21T08:02:00Z",
  region: "eu-west-2",
  resources: ["arn:aws:ec2:eu-west-2:123456789012:security-group/sg-1"],
  detail: {
    eventName: "AuthorizeSecurityGroupIngress",
    count: 12,
    ip: "10.0.1.7",
    nothing: null,
    empty: "",
    on: true,
    list: ["a", "b"],
    items: [
      { name: "one", n: 1 },
      { name: "two", n: 2 },
    ],
  },
};

/** By the pattern's detail alone, unless the name says otherwise. */
const patterns: Readonly<Record<string, unknown>> = {
  "equal to one of several": { detail: { eventName: ["Other", "AuthorizeSecurityGroupIngress"] } },
  "two fields, one of which does not fit": { source: ["aws.ec2"], detail: { eventName: ["Other"] } },
  "one of an array's values": { detail: { list: ["b"] } },
  prefix: { detail: { eventName: [{ prefix: "Authorize" }] } },
  suffix: { detail: { eventName: [{ suffix: "Ingress" }] } },
  "prefix without regard to case": {
    detail: { eventName: [{ prefix: { "equals-ignore-case": "authorize" } }] },
  },
  "equal without regard to case": {
    detail: { eventName: [{ "equals-ignore-case": "AUTHORIZESECURITYGROUPINGRESS" }] },
  },
  wildcard: { detail: { eventName: [{ wildcard: "Authorize*Group*gress" }] } },
  "anything but a text": { detail: { eventName: [{ "anything-but": "Other" }] } },
  "anything but a list with it": {
    detail: { eventName: [{ "anything-but": ["AuthorizeSecurityGroupIngress"] }] },
  },
  "anything but a prefix": { detail: { eventName: [{ "anything-but": { prefix: "Auth" } }] } },
  "anything but, of a field that is not there": { detail: { absent: [{ "anything-but": "x" }] } },
  there: { detail: { eventName: [{ exists: true }] } },
  "not there": { detail: { absent: [{ exists: false }] } },
  "there, of an object": { detail: [{ exists: true }] },
  null: { detail: { nothing: [null] } },
  "an empty text": { detail: { empty: [""] } },
  "a number": { detail: { count: [12] } },
  "a number written as 12.0": { detail: { count: [12.0] } },
  "a number as text": { detail: { count: ["12"] } },
  true: { detail: { on: [true] } },
  "between numbers": { detail: { count: [{ numeric: [">", 10, "<=", 12] }] } },
  "not between numbers": { detail: { count: [{ numeric: ["<", 12] }] } },
  "an address in a range": { detail: { ip: [{ cidr: "10.0.1.0/24" }] } },
  "an address outside a range": { detail: { ip: [{ cidr: "10.0.2.0/24" }] } },
  or: { $or: [{ source: ["other"] }, { detail: { count: [12] } }] },
  "fields of one object in an array": { detail: { items: { name: ["one"], n: [1] } } },
  "fields of two objects in an array": { detail: { items: { name: ["one"], n: [2] } } },
  "an empty list": { detail: { eventName: [] } },
  "a value without a list": { detail: { eventName: "x" } },
  "an unknown operator": { detail: { eventName: [{ nope: "x" }] } },
  "an empty object": {},
};

const fits = (name: string, pattern: unknown): Case => ({
  name,
  run: ({ fits: asked }) => asked(JSON.stringify(pattern), JSON.stringify(event)),
});

export const eventProbes: readonly Probe[] = [
  {
    operation: "events:PutEvents",
    cases: [
      { ...result("an event", [entry]), main: true },
      { ...result("a detail that is no object", [{ ...entry, Detail: "text" }]), main: true },
      result("a detail that is a list", [{ ...entry, Detail: "[]" }]),
      result("no source", [{ ...entry, Source: "" }]),
      result("no detail type", [{ ...entry, DetailType: "" }]),
      result("no detail", [{ Source: entry.Source, DetailType: entry.DetailType }]),
      result("a source of AWS's own", [{ ...entry, Source: "aws.ec2" }]),
      result("one that is taken and one that is not", [entry, { ...entry, Detail: "text" }]),
      {
        name: "11 entries",
        main: true,
        refuses: (ground) =>
          put(
            ground,
            Array.from({ length: 11 }, () => entry),
          ),
      },
      { name: "no entries", refuses: (ground) => put(ground, []) },
      {
        name: "more than 256 KB",
        refuses: (ground) =>
          put(ground, [{ ...entry, Detail: JSON.stringify({ text: "x".repeat(262_200) }) }]),
      },
    ],
  },
  {
    operation: "local/aws/event-bridge/pattern.ts",
    cases: Object.entries(patterns).map(([name, pattern]) => fits(name, pattern)),
  },
];
