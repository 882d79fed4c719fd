import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { runs } from "../../../local/property.ts";
import { AuthEvent } from "../schema.ts";
import { parseObject } from "./json-object.ts";
import { ikeSamples, latticeSamples, wafSamples } from "./test-aws-samples.ts";
import { envoySamples } from "./test-envoy-samples.ts";
import { jsonSamples } from "./test-json-samples.ts";
import { nginxAccessSamples, nginxAccessTextSamples } from "./test-nginx-access-samples.ts";
import { nginxErrorSamples, nginxErrorTextSamples } from "./test-nginx-error-samples.ts";
import { relaySamples } from "./test-relay-samples.ts";
import { AT, CANARY, groupOf } from "./test-samples.ts";

const ALL = [
  relaySamples,
  nginxAccessSamples,
  nginxAccessTextSamples,
  nginxErrorSamples,
  nginxErrorTextSamples,
  envoySamples,
  latticeSamples,
  wafSamples,
  ikeSamples,
  jsonSamples,
];
const TOGETHER = groupOf({
  readers: [{ reader: "relay" }, { reader: "nginx-access" }, { reader: "nginx-error" }],
  pods: { namespace: "relay" },
});
const GROUPS = [...ALL.map(({ group }) => group), TOGETHER].map((group) => ({
  group,
  finds: parseFilterPattern(group.filterPattern),
}));
/** The long ones are for other tests: here they would only take time. */
const LINES = ALL.flatMap(({ samples }) => samples.map(({ message }) => message)).filter(
  ({ length }) => length < 10_000,
);

const DOCUMENTS = LINES.filter((line) => line.startsWith("{") && line.endsWith("}"));

/** A million lines, on a slow machine. */
const SOAK_MS_MAX = 900_000;

/** Lines a run: 20,000 with the usual 1,000 runs. */
const LINES_A_RUN = 20;

const HOSTILE = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "\n",
  "\u0000",
  "\ud800",
  "\u202e",
  "<!channel>",
  ", client: ",
  " while ",
  '\\"',
  "null",
  '{"__proto__":{}}',
  "kubernetes",
  "log_processed",
  CANARY,
  "CN=bunny.example.com",
  ":TLS_error_end",
  " 401 ",
  "9".repeat(400),
];

/** Values of another type than the field's, and numbers at the edge of what is one. */
const STRANGE = [
  null,
  true,
  0,
  -1,
  0.5,
  1e21,
  401,
  403,
  "401",
  [],
  {},
  ["x"],
  { log: "x" },
  "2001:db8::1",
  "10.0.0.1",
];

/** Where is a share of the line's length, so that it holds whatever was done to the line before. */
const where = fc.double({ min: 0, max: 1, noNaN: true });
const change = fc.oneof(
  fc.record({ kind: fc.constant("insert" as const), where, text: fc.constantFrom(...HOSTILE) }),
  fc.record({
    kind: fc.constant("insert" as const),
    where,
    text: fc.string({ unit: "binary", maxLength: 8 }),
  }),
  fc.record({ kind: fc.constant("remove" as const), where, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant("cut" as const), where }),
  fc.record({ kind: fc.constant("splice" as const), where, text: fc.constantFrom(...LINES) }),
);
type Change = typeof change extends fc.Arbitrary<infer Made> ? Made : never;

function changed(line: string, step: Change): string {
  const at = Math.floor(step.where * line.length);
  switch (step.kind) {
    case "insert":
      return line.slice(0, at) + step.text + line.slice(at);
    case "remove":
      return line.slice(0, at) + line.slice(at + step.length);
    case "cut":
      return line.slice(0, at);
    case "splice":
      return line.slice(0, at) + step.text.slice(Math.floor(step.where * step.text.length));
  }
}

const madeOfText = fc
  .tuple(fc.constantFrom(...LINES), fc.array(change, { minLength: 0, maxLength: 4 }))
  .map(([line, changes]) => changes.reduce(changed, line));

/** JSON stays JSON: another value in place of one, or a text of its own changed, at any depth. */
const put = fc.record({
  nth: fc.nat({ max: 40 }),
  value: fc.oneof(fc.constantFrom<unknown>(...HOSTILE, ...STRANGE), change),
});
type Put = typeof put extends fc.Arbitrary<infer Made> ? Made : never;

const madeOfJson = fc
  .tuple(fc.constantFrom(...DOCUMENTS), fc.array(put, { minLength: 0, maxLength: 3 }))
  .map(([line, puts]) => JSON.stringify(puts.reduce(withPut, JSON.parse(line))));

function withPut(document: unknown, { nth, value }: Put): unknown {
  let seen = 0;
  return JSON.parse(JSON.stringify(document), (_, old: unknown) => {
    seen += 1;
    if (seen !== nth + 1) return old;
    return isChange(value) ? (typeof old === "string" ? changed(old, value) : old) : value;
  });
}

const isChange = (value: unknown): value is Change =>
  typeof value === "object" && value !== null && "where" in value;

const made = fc.oneof(madeOfText, madeOfJson);
const lines = fc.array(made, { minLength: LINES_A_RUN, maxLength: LINES_A_RUN });

/** What a success cannot be said without, wherever the line has it. */
const Success = z.union([
  z.object({
    event: z.literal("client.accepted"),
    identity: z.string(),
    clientCertificateSerial: z.string().regex(/^[0-9a-f:]+$/i),
  }),
  z.object({ auth: z.object({ outcome: z.literal("ok") }) }),
]);

function saysSuccess(message: string): boolean {
  const whole = parseObject(message) ?? {};
  const inner = typeof whole["log"] === "string" ? parseObject(whole["log"]) : null;
  return [whole, whole["log_processed"], inner].some((record) => Success.safeParse(record).success);
}

describe("the readers, of any line whatever", () => {
  it(
    "answer without an error, let nothing of a caller's through, and read nothing that their pattern would not find",
    () => {
      fc.assert(
        fc.property(lines, (messages) => {
          for (const message of messages) for (const { group, finds } of GROUPS) check(group, finds, message);
        }),
        runs(),
      );
    },
    SOAK_MS_MAX,
  );

  function check(
    { read }: (typeof GROUPS)[number]["group"],
    finds: (message: string) => boolean,
    message: string,
  ): void {
    const reading = read(message, AT, "vpn-0a1b2c3d4e5f60718-198.51.100.10");
    if (typeof reading === "string") return;
    const wrong =
      !AuthEvent.safeParse(reading).success ||
      JSON.stringify(reading).includes(CANARY) ||
      (reading.outcome === "accepted") !== (reading.class === null) ||
      (reading.outcome === "accepted" && !saysSuccess(message)) ||
      !finds(message);
    if (wrong) expect({ message, reading }).toBe("read otherwise");
  }

  it("answer texts of full length that are made to be searched again and again", () => {
    const units = [
      '"',
      "[",
      "{",
      '{"a":',
      " ",
      "\\",
      ", client: ",
      " while ",
      "10.",
      ":",
      "CN=,",
      "a - ",
      "]",
      "client SSL certificate verify error: (",
      "|TLS_error:",
      "cgw: ",
    ];
    const prefixes = [
      "",
      "2026/11/21 08:02:00 [info] 31#31: *45 client SSL certificate verify error: ",
      '10.10.1.9 - - [x] "',
      "TLS_error:|1:",
    ];
    for (const unit of units) {
      for (const prefix of prefixes) {
        const text = prefix + unit.repeat(Math.floor(250_000 / unit.length));
        const messages = [
          text,
          JSON.stringify({ log: text.slice(0, 100_000), stream: "stdout" }),
          JSON.stringify({
            response_flags: "-",
            downstream_transport_failure_reason: text.slice(0, 100_000),
            ike_phase1_state: "down",
            details: text.slice(0, 100_000),
          }),
        ];
        for (const message of messages) {
          for (const { group } of GROUPS) expect(group.read(message, AT, text)).toBeTypeOf("string");
        }
      }
    }
  });
});
