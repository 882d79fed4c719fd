/**
 * The webhook of the host's Event Grid extension, to which events for a function come. The function's trigger gets one
 * event at a time; when one of them fails, Event Grid is to send them all again.
 */
import type { RegisteredFunction } from "./core-api.ts";

export const EVENT_GRID_PATH = "/runtime/webhooks/eventgrid";
export const EVENT_TYPE_HEADER = "aeg-event-type";
const TRIGGER = "eventGridTrigger";

export interface EventGridRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type RunEventGrid = (fn: RegisteredFunction, event: unknown) => Promise<void>;

export const isEventGridRequest = ({ pathname }: URL): boolean => pathname.toLowerCase() === EVENT_GRID_PATH;

/** The status to answer with; `run` throws what the handler threw, and has logged it. */
export async function answerEventGrid(
  functions: readonly RegisteredFunction[],
  request: EventGridRequest,
  run: RunEventGrid,
): Promise<number> {
  const name = request.url.searchParams.get("functionName")?.toLowerCase();
  const fn = functions.find(({ metadata }) => metadata.name.toLowerCase() === name && isTriggered(metadata));
  if (fn === undefined) return 404;
  if (request.method !== "POST" || request.headers[EVENT_TYPE_HEADER]?.toLowerCase() !== "notification") {
    return 400;
  }
  const events = eventsOf(request.body);
  if (events === undefined) return 400;
  const runs = await Promise.allSettled(events.map((event) => run(fn, event)));
  return runs.every(({ status }) => status === "fulfilled") ? 202 : 500;
}

const isTriggered = ({ bindings }: RegisteredFunction["metadata"]): boolean =>
  Object.values(bindings).some(({ type }) => type === TRIGGER);

function eventsOf(body: Buffer): readonly unknown[] | undefined {
  try {
    const events: unknown = JSON.parse(body.toString("utf8"));
    return Array.isArray(events) ? events : undefined;
  } catch {
    return undefined;
  }
}
