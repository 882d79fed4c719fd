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
import type { ChangeRecord } from "./change.ts";
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

/** `name` is the bus's own. */
export function eventBus(sender: () => Promise<EventSender>, name: string): Bus {
  return {
    async tell(changes) {
      const ids = new Set<string>();
      let code: string | null = null;
      for (const batch of batchesOf(changes.map((change) => ({ change, entry: toEntry(name, change) })))) {
        const answer = await send(sender, name, batch);
        if (typeof answer === "string") return { ids, code: code ?? answer };
        for (const [index, { change }] of batch.entries()) {
          const failed = answer[index] === undefined ? "unreadable-answer" : answer[index].ErrorCode;
          if (failed === undefined) ids.add(change.id);
          else code ??= failed;
        }
      }
      return { ids, code } satisfies Told;
    },
  };
}

interface Entry {
  readonly change: ChangeRecord;
  readonly entry: PutEventsRequestEntry;
}

async function send(sender: () => Promise<EventSender>, name: string, batch: readonly Entry[]) {
  try {
    return await (await sender()).putEvents(batch.map(({ entry }) => entry));
  } catch (error) {
    return cloudError("PutEvents", name, error).code;
  }
}

const toEntry = (bus: string, change: ChangeRecord): PutEventsRequestEntry => ({
  EventBusName: bus,
  Source: EVENT_SOURCE,
  DetailType: CHANGE_DETAIL_TYPE,
  Time: new Date(change.at),
  Detail: JSON.stringify(change),
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
