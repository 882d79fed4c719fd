/** The readers of one log group as one: its filter pattern, and what a line of it says. */
import { ConfigError } from "../../runtime/errors.ts";
import type { Instant } from "../../runtime/instant.ts";
import type { ReaderName } from "../schema.ts";
import { envoyReader } from "./envoy.ts";
import { filterPattern, PATTERN_LENGTH_MAX, type Pods } from "./filter.ts";
import { ikeReader } from "./ike.ts";
import { jsonReader } from "./json.ts";
import { textIn } from "./json-object.ts";
import { latticeReader } from "./lattice.ts";
import { type Line, openLine } from "./line.ts";
import { nginxAccessReader } from "./nginx-access.ts";
import { nginxErrorReader } from "./nginx-error.ts";
import type { Reader, Reading } from "./reader.ts";
import { relayReader } from "./relay.ts";
import type { GroupSettings, ReaderSettings } from "./settings.ts";
import { wafReader } from "./waf.ts";

const WRITTEN_BY_AWS: readonly ReaderName[] = ["lattice", "waf", "ike"];

export interface GroupReader {
  /** For the subscription filter. */
  readonly filterPattern: string;
  /** Finds refused callers alone: for a metric filter, which counts what it finds. */
  readonly refusedPattern: string;
  /** Total, and linear in the message's length; more than `LINE_LENGTH_MAX` of it is not looked at. */
  readonly read: (message: string, at: Instant, stream: string) => Reading;
}

/**
 * `own` are the link's own names, in lower case: no other identity leaves a reader. Throws `ConfigError` for readers
 * that cannot be asked for in one filter.
 */
export function buildGroupReader(settings: GroupSettings, own: readonly string[]): GroupReader {
  const readers = settings.readers.map((reader) => buildReader(reader, own));
  const deaf = readers.find(({ filters }) => filters[settings.lines].length === 0);
  if (deaf !== undefined) {
    throw new ConfigError(`the reader ${deaf.name} reads JSON only: give it a log group with lines: "json"`);
  }
  if (settings.pods !== undefined && settings.lines === "text") {
    throw new ConfigError("lines of text do not say which pod has written them: leave pods out");
  }
  const podless = settings.readers.find(({ reader }) => WRITTEN_BY_AWS.includes(reader));
  if (settings.pods !== undefined && podless !== undefined) {
    throw new ConfigError(`no pod writes what the reader ${podless.reader} reads: leave pods out`);
  }
  const pattern = filterPattern(readers, settings.lines, settings.pods);
  const refusing = readers.map(({ filters, refusals }) => ({ filters: refusals ?? filters }));
  const refusedPattern = filterPattern(refusing, settings.lines, settings.pods);
  if (pattern === null || refusedPattern === null)
    throw new ConfigError("a log group needs at least one reader");
  if (pattern.length > PATTERN_LENGTH_MAX) {
    throw new ConfigError(
      `the filter pattern of these readers has ${pattern.length} characters, and CloudWatch takes ${PATTERN_LENGTH_MAX}: ` +
        "let fewer readers read this log group, or name fewer values",
    );
  }
  return { filterPattern: pattern, refusedPattern, read };

  function read(message: string, at: Instant, stream: string): Reading {
    const line = openLine(message);
    const isJson = line.record !== null || line.isFromAgent;
    // A JSON pattern lets through JSON documents alone: what is none was cut off on the way.
    if (settings.lines === "json" && !isJson) return "unreadable";
    if (settings.lines === "text" && isJson) return "not-mine";
    if (settings.pods !== undefined && !isFrom(line, settings.pods)) return "not-mine";
    const readings = readers.map((reader) => reader.read(line, at, stream));
    const event = readings.find((reading) => typeof reading === "object");
    return event ?? (readings.includes("unreadable") ? "unreadable" : "not-mine");
  }
}

function buildReader(settings: ReaderSettings, own: readonly string[]): Reader {
  switch (settings.reader) {
    case "relay":
      return relayReader(own);
    case "nginx-access":
      return nginxAccessReader(settings, own);
    case "nginx-error":
      return nginxErrorReader(settings);
    case "envoy":
      return envoyReader(settings, own);
    case "lattice":
      return latticeReader(own);
    case "waf":
      return wafReader();
    case "ike":
      return ikeReader();
    case "json":
      return jsonReader(settings, own);
  }
}

const isFrom = ({ pod }: Line, { namespace, container }: Pods): boolean =>
  pod !== null &&
  textIn(pod, "namespace_name") === namespace &&
  (container === undefined || textIn(pod, "container_name") === container);
