/**
 * The link's event bus on EventBridge. Its client is loaded when there is something to tell: most runs change
 * nothing, and need not read it at their start.
 *
 * Limits: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
import type { PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { cloudError } from "../runtime/aws.ts";
import { lazily } from "../runtime/lazily.ts";
import type { Bus, Told } from "./bus.ts";
import { CHANGE_DETAIL_TYPE, EVENT_SOURCE } from "./event.ts";

const ENTRIES_MAX = 10;
/** Of all entries of one call together. */
const CALL_MAX_BYTES = 262_144;

/** What of EventBridge's client is used; `send` takes the entries as they are. */
export interface EventSender {
  putEvents(entries: PutEventsRequestEntry[]): Promise<readonly { readonly ErrorCode?: string }[]>;
}

/** Loads the client with these options when it is first needed. */
export function eventSender(options: object): () => Promise<EventSender> {
  return lazily(async () => {
    const { EventBridgeClient, PutEventsCommand } = await import("@aws-sdk/client-eventbridge");
    const client = new EventBridgeClient(options);
    return {
      async putEvents(Entries) {
        const answer = await client.send(new PutEventsCommand({ Entries }));
        return (answer.Entries ?? []).map(({ ErrorCode }) => (ErrorCode === undefined ? {} : { ErrorCode }));
      },
    };
  });
}

/** What each event of ours has, whatever else: `at` is its time, as an ISO instant. */
interface OwnEvent {
  readonly id: string;
  readonly at: string;
}

/** `name` is the bus's own. */
export const eventBus = (sender: () => Promise<EventSender>, name: string): Bus => ({
  tell: (changes) => tellEvents(sender, name, CHANGE_DETAIL_TYPE, changes),
});

/** Tells events of one type as they are, in order. Never throws for the bus's own failure. */
export async function tellEvents(
  sender: () => Promise<EventSender>,
  name: string,
  detailType: string,
  events: readonly OwnEvent[],
): Promise<Told> {
  const ids = new Set<string>();
  let code: string | null = null;
  const entries = events.map((event) => ({ id: event.id, entry: toEntry(name, detailType, event) }));
  for (const batch of batchesOf(entries)) {
    const answer = await send(sender, name, batch);
    if (typeof answer === "string") return { ids, code: code ?? answer };
    for (const [index, { id }] of batch.entries()) {
      const failed = answer[index] === undefined ? "unreadable-answer" : answer[index].ErrorCode;
      if (failed === undefined) ids.add(id);
      else code ??= failed;
    }
  }
  return { ids, code };
}

interface Entry {
  readonly id: string;
  readonly entry: PutEventsRequestEntry;
}

async function send(sender: () => Promise<EventSender>, name: string, batch: readonly Entry[]) {
  try {
    return await (await sender()).putEvents(batch.map(({ entry }) => entry));
  } catch (error) {
    return cloudError("PutEvents", name, error).code;
  }
}

const toEntry = (bus: string, detailType: string, event: OwnEvent): PutEventsRequestEntry => ({
  EventBusName: bus,
  Source: EVENT_SOURCE,
  DetailType: detailType,
  Time: new Date(event.at),
  Detail: JSON.stringify(event),
});

/** Bytes as EventBridge counts them: 14 for the time, then the texts in UTF-8. */
const bytesOf = ({ Source = "", DetailType = "", Detail = "" }: PutEventsRequestEntry): number =>
  14 + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);

/** In order, each within both limits; a record is far smaller than a call may be (change.ts). */
function batchesOf(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = [];
  let bytes = 0;
  for (const one of entries) {
    const size = bytesOf(one.entry);
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === ENTRIES_MAX || bytes + size > CALL_MAX_BYTES) {
      batches.push([one]);
      bytes = size;
    } else {
      batch.push(one);
      bytes += size;
    }
  }
  return batches;
}
