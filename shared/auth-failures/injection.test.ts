/**
 * Whatever stands in any field of a log line, what is told of it is text of ours: no mention, link, formatting or break,
 * and no word of the line's.
 */
import { describe, expect, it } from "vitest";
import { Incident } from "../alerts/incident.ts";
import { planIncidents } from "../alerts/plan.ts";
import { renderIncident } from "../alerts/slack/render.ts";
import { faultsIn } from "../alerts/slack/test-faults.ts";
import { HOSTILE } from "../alerts/slack/test-hostile.ts";
import { SCOPE } from "../alerts/test-conditions.ts";
import { authReport } from "./conditions.ts";
import { NO_MEMORY } from "./memory.ts";
import { parseObject } from "./readers/json-object.ts";
import { ikeSamples, latticeSamples, wafSamples } from "./readers/test-aws-samples.ts";
import { envoySamples } from "./readers/test-envoy-samples.ts";
import { jsonSamples } from "./readers/test-json-samples.ts";
import { nginxAccessSamples, nginxAccessTextSamples } from "./readers/test-nginx-access-samples.ts";
import { nginxErrorSamples, nginxErrorTextSamples } from "./readers/test-nginx-error-samples.ts";
import { relaySamples } from "./readers/test-relay-samples.ts";
import { CANARY, readSample, type Sample, type Samples } from "./readers/test-samples.ts";
import type { AuthEvent } from "./schema.ts";
import { AT, KNOWN, LIMITS, line, take, WAKES } from "./test-auth.ts";

const READERS: readonly (readonly [name: string, samples: Samples])[] = [
  ["relay", relaySamples],
  ["nginx's access log", nginxAccessSamples],
  ["nginx's access log as text", nginxAccessTextSamples],
  ["nginx's error log", nginxErrorSamples],
  ["nginx's error log as text", nginxErrorTextSamples],
  ["Envoy", envoySamples],
  ["Lattice", latticeSamples],
  ["WAF", wafSamples],
  ["the tunnels", ikeSamples],
  ["a JSON log", jsonSamples],
];

/** Longer lines are for the fuzz test. */
const TEXT_LENGTH_MAX = 300;
const MESSAGE_LENGTH_MAX = 5_000;
const TEXTS = HOSTILE.map(([, text]) => text.slice(0, TEXT_LENGTH_MAX)).flatMap((text) => [
  text,
  `${CANARY}${text}`,
]);

/** The message with the text in the place of one of its fields, for each of them. */
function filled(message: string, text: string): string[] {
  const record = parseObject(message);
  if (record === null) return inText(message, text);
  const log = record["log"];
  const inner = typeof log === "string" ? filled(log, text) : [];
  return [...inRecord(record, text), ...inner.map((log) => JSON.stringify({ ...record, log }))];
}

function inText(message: string, text: string): string[] {
  const parts = message.split(/([\s",:()[\]]+)/);
  return parts.flatMap((part, index) => (part === "" ? [] : [parts.with(index, text).join("")]));
}

/** Whatever the value was, and the text as a name beside it. */
function inRecord(record: object, text: string): string[] {
  const made: string[] = [];
  for (let nth = 1; made.length < nth; nth += 1) {
    let seen = 0;
    const changed: unknown = JSON.parse(JSON.stringify(record), (_, value: unknown) => {
      seen += 1;
      return seen === nth ? text : value;
    });
    if (seen <= nth) return [...made, JSON.stringify({ ...record, [text]: text })];
    made.push(JSON.stringify(changed));
  }
  return made;
}

/** Every event that the reader makes of them, once. */
function eventsOf({ group, samples }: Samples): AuthEvent[] {
  const events = new Map<string, AuthEvent>();
  const read = (sample: Sample) => {
    const reading = readSample(group, sample);
    if (typeof reading === "object") events.set(JSON.stringify(reading), reading);
  };
  const short = samples.filter(({ message }) => message.length < MESSAGE_LENGTH_MAX);
  for (const sample of short) {
    for (const text of TEXTS) {
      for (const message of filled(sample.message, text)) read({ ...sample, message });
      read({ ...sample, stream: text });
      read({ ...sample, stream: `${sample.stream ?? ""}${text}` });
    }
  }
  return [...events.values()];
}

const [certificate] = KNOWN.certificates;
/** The samples' serial is bunny's own, so that it is told of by name. */
const known = {
  ...KNOWN,
  certificates:
    certificate === undefined ? [] : [{ ...certificate, serial: "4b4d59c42d274f1652b10e01b20a9a7b" }],
};
const LINKS = ["https://example.com/operating.md#"];
const surroundings = { link: "test-link", runbook: "https://example.com/operating.md" };

/** What Slack is told when one comes again and again. */
function toldOf(event: AuthEvent) {
  const lines = Array.from({ length: LIMITS.floodCount }, () => line({ ...event, at: AT }));
  const memory = take(NO_MEMORY, lines, AT, known);
  const facts = { known, changes: [], frozen: false, wakes: WAKES };
  const report = authReport({ memory, limits: LIMITS, facts, now: AT });
  const incidents = planIncidents(SCOPE, [], report).map(({ after }) => Incident.parse(after));
  return { memory, incidents, rendered: incidents.map((one) => renderIncident(one, surroundings)) };
}

describe.each(READERS)("a line of %s with a hostile text in any of its fields", (_, samples) => {
  const events = eventsOf(samples);

  it("is told of in words of ours alone", () => {
    const told = events.map(toldOf);
    expect(told.flatMap(({ rendered }) => rendered.flatMap((one) => faultsIn(one, LINKS)))).toEqual([]);
    expect(JSON.stringify([events, told])).not.toContain(CANARY);
    const keys = told.flatMap(({ incidents }) => incidents.map(({ key }) => key));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys)
      expect(key).toMatch(/^auth-(?:callers|(?:failure|own|tunnel):[a-z0-9:.-]{1,120})$/);
  });
});
