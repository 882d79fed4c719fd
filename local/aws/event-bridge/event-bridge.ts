/**
 * EventBridge's buses: what clients put on them, and what AWS's own services tell on the default one. An event that
 * a bus has taken is kept for tests to read, and goes to whoever listens (rules.ts).
 */
import { randomUUID } from "node:crypto";
import type { Kernel } from "../../stand-in/kernel.ts";
import { Background } from "../background.ts";
import { parseInput } from "../input.ts";
import { jsonWire } from "../json-wire.ts";
import { type AwsService, type Need, type Prepare, Unsupported } from "../service.ts";
import type { Timers } from "../timers.ts";
import { type BusEvent, eventTime, type ServiceEvent } from "./event.ts";
import { eventBridgeOperations } from "./operations.ts";
import { checkEntry, checkSize, type PutEventsEntry, PutEventsInput } from "./put-events.ts";

export interface EventBridgeOptions {
  readonly kernel: Kernel;
  readonly region: string;
  readonly accountId: string;
  readonly timers: Timers;
}

export type BusListener = (busName: string, event: BusEvent) => void;

export interface Bus {
  /** Everything that it has taken, in order. */
  readonly events: () => readonly BusEvent[];
}

export const defaultBus = "default";

/** How often and how late what a service tells "best effort" comes. */
const lostChance = 0.05;
const duplicateChance = 0.05;
const lateMsMax = 30_000;

export class EventBridge {
  readonly service: AwsService;
  readonly #options: EventBridgeOptions;
  readonly #background: Background;
  readonly #buses = new Map<string, BusEvent[]>([[defaultBus, []]]);
  readonly #listeners: BusListener[] = [];

  constructor(options: EventBridgeOptions) {
    this.#options = options;
    this.#background = new Background(options.timers);
    this.service = {
      name: "events",
      wire: jsonWire({ target: "AWSEvents", version: "1.1" }),
      table: eventBridgeOperations,
      operations: { PutEvents: this.#putEvents },
    };
  }

  addBus(name: string): void {
    this.#buses.set(name, []);
  }

  /** Throws for a bus that was not added: a test's mistake, not a refusal. */
  bus(name: string): Bus {
    const events = this.#buses.get(name);
    if (events === undefined) throw new Error(`there is no bus ${name}`);
    return { events: () => events };
  }

  listen(listener: BusListener): void {
    this.#listeners.push(listener);
  }

  /** Late and twice now and then, and lost too where it is told by best effort, unless the world is calm. */
  tell(told: ServiceEvent): void {
    const { faults } = this.#options.kernel;
    if (told.delivery !== "durable" && faults.chance("events lost", lostChance)) return;
    const atMs = this.#background.now();
    const event = this.#toEvent({ ...told, atMs });
    const copies = faults.chance("events told twice", duplicateChance) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const lateMs = faults.calm ? 0 : Math.floor(faults.draw("events late") * lateMsMax);
      this.#background.after(lateMs, () => Promise.resolve(this.#take(defaultBus, event)));
    }
  }

  troubles(): readonly Error[] {
    return this.#background.troubles();
  }

  async stop(): Promise<void> {
    await this.#background.stop();
  }

  readonly #putEvents: Prepare = (input) => {
    const { Entries, EndpointId } = parseInput(PutEventsInput, input, "ValidationException");
    if (EndpointId !== undefined) throw unsupported("with an EndpointId");
    checkSize(Entries);
    return {
      needs: this.#needsOf(Entries),
      answer: () => {
        const results = Entries.map((entry) => this.#put(entry));
        return {
          FailedEntryCount: results.filter((result) => "ErrorCode" in result).length,
          Entries: results,
        };
      },
    };
  };

  /** One permission for each bus; its context has the sources and the types of all entries for that bus. */
  #needsOf(entries: readonly PutEventsEntry[]): Need[] {
    const { region, accountId } = this.#options;
    const byBus = Map.groupBy(entries, (entry) => this.#busNameOf(entry));
    return [...byBus].map(([busName, mine]) => {
      const sources = distinct(mine.map(({ Source }) => Source));
      const detailTypes = distinct(mine.map(({ DetailType }) => DetailType));
      return {
        action: "events:PutEvents",
        resource: `arn:aws:events:${region}:${accountId}:event-bus/${busName}`,
        context: {
          ...(sources.length > 0 && { "events:source": sources }),
          ...(detailTypes.length > 0 && { "events:detail-type": detailTypes }),
        },
      };
    });
  }

  #put(entry: PutEventsEntry) {
    const checked = checkEntry(entry);
    if ("ErrorCode" in checked) return checked;
    const event = this.#toEvent({ ...checked, atMs: checked.atMs ?? this.#background.now() });
    this.#take(this.#busNameOf(entry), event);
    return { EventId: event.id };
  }

  #busNameOf({ EventBusName: given = defaultBus }: PutEventsEntry): string {
    const { region, accountId } = this.#options;
    const own = `arn:aws:events:${region}:${accountId}:event-bus/`;
    if (!given.startsWith("arn:")) return given;
    if (!given.startsWith(own)) throw unsupported(`on a bus of another account or region: ${given}`);
    return given.slice(own.length);
  }

  #toEvent(
    told: Omit<ServiceEvent, "source"> & { readonly source: string; readonly atMs: number },
  ): BusEvent {
    return {
      version: "0",
      id: randomUUID(),
      "detail-type": told.detailType,
      source: told.source,
      account: this.#options.accountId,
      time: eventTime(told.atMs),
      region: this.#options.region,
      resources: told.resources,
      detail: told.detail,
    };
  }

  /** An event for a bus that does not exist is gone, and nobody is told. */
  #take(busName: string, event: BusEvent): void {
    const events = this.#buses.get(busName);
    if (events === undefined) return;
    events.push(event);
    for (const listener of this.#listeners) listener(busName, event);
  }
}

const unsupported = (what: string) =>
  new Unsupported(`the local AWS does not support events:PutEvents ${what}`);

const distinct = (texts: readonly (string | undefined)[]): string[] => [
  ...new Set(texts.flatMap((text) => text ?? [])),
];
