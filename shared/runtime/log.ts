/** Structured logs, event first. A record is one JSON object, so that each cloud's log search finds fields. */
export type Level = "info" | "warn" | "error";
export type Fields = Readonly<Record<string, unknown>>;

/** Where records go: the console in Lambda, the invocation's context in Azure Functions, an array in tests. */
export type Sink = (level: Level, record: Fields & { readonly event: string }) => void;

export interface Log {
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
}

/** `bound` fields stand in every record, after the event's name. */
export function createLog(sink: Sink, bound: Fields = {}): Log {
  const at =
    (level: Level) =>
    (event: string, fields: Fields = {}) =>
      sink(level, { event, ...bound, ...fields });
  return { info: at("info"), warn: at("warn"), error: at("error") };
}
