/**
 * The subscription filters of CloudWatch Logs: put, described and deleted by the deployment, and asked about every
 * event that comes in from then on. Which functions there are is known once they are connected, because functions
 * start after the AWS that they call.
 */
import { Background } from "../background.ts";
import type { Identity } from "../identities.ts";
import { parseInput } from "../input.ts";
import { invalid, notFound, parsePattern } from "../log-refusals.ts";
import type { StoredEvent } from "../log-store.ts";
import type { Need, Prepare } from "../service.ts";
import type { Timers } from "../timers.ts";
import { Batches } from "./batches.ts";
import { Deliveries, type DeliveryParts } from "./deliveries.ts";
import { controlMessage, deliveriesOf } from "./payload.ts";
import { FilterShelf } from "./shelf.ts";
import {
  checkDestination,
  DescribeSubscriptionsInput,
  FilterKey,
  PutSubscriptionInput,
  refuseUnsupported,
  SUBSCRIPTIONS_MAX,
  type Subscription,
} from "./subscription.ts";

export interface SubscriptionsOptions {
  readonly region: string;
  /** The wall clock, in milliseconds since the epoch. */
  readonly clock: () => number;
  readonly hasGroup: (name: string) => boolean;
}

export interface Functions extends Omit<DeliveryParts, "background"> {
  /** Sped up (`speedUp`) where a minute is to take less than a minute. */
  readonly timers: Timers;
  /** For so long events of one stream are collected before they go. */
  readonly collectMs?: number;
}

const COLLECT_MS = 1_000;

interface Connected {
  readonly background: Background;
  readonly deliveries: Deliveries;
  readonly batches: Batches;
}

export class Subscriptions {
  readonly operations: Readonly<Record<string, Prepare>>;
  readonly #options: SubscriptionsOptions;
  readonly #shelf = new FilterShelf<Subscription>("subscription filter", SUBSCRIPTIONS_MAX);
  #connected: Connected | undefined;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.operations = {
      PutSubscriptionFilter: (input, caller) => {
        const request = parseInput(PutSubscriptionInput, input, "InvalidParameterException");
        refuseUnsupported(request);
        return {
          needs: [this.#need("PutSubscriptionFilter", caller, request.logGroupName)],
          answer: () => this.#put(request, caller.accountId),
        };
      },
      DescribeSubscriptionFilters: this.#describe,
      DeleteSubscriptionFilter: this.#delete,
    };
  }

  connect({ timers, collectMs = COLLECT_MS, ...parts }: Functions): void {
    const background = new Background(timers);
    const deliveries = new Deliveries({ ...parts, background });
    const batches = new Batches(background, collectMs, (subscription, stream, events) => {
      for (const delivery of deliveriesOf(subscription, stream, events)) deliveries.begin(delivery);
    });
    this.#connected = { background, deliveries, batches };
  }

  /** As the deployment does, with an account's own rights. Throws `Refusal` as the API does. */
  async put(input: unknown, accountId: string): Promise<void> {
    const request = parseInput(PutSubscriptionInput, input, "InvalidParameterException");
    refuseUnsupported(request);
    await this.#put(request, accountId);
  }

  /** Events of one stream, in the order in which they came in. */
  take(logGroupName: string, stream: string, events: readonly StoredEvent[]): void {
    if (this.#connected === undefined) return;
    const { deliveries, batches } = this.#connected;
    for (const subscription of this.#shelf.of(logGroupName)) {
      if (deliveries.isDisabled(subscription)) continue;
      const found = events.filter(({ message }) => subscription.matches(message));
      for (const event of found) batches.add(subscription, stream, event);
    }
  }

  troubles(): readonly Error[] {
    return this.#connected?.background.troubles() ?? [];
  }

  /** No delivery begins after this; it resolves when those under way have been handed over. */
  async stop(): Promise<void> {
    await this.#connected?.background.stop();
  }

  async #put(request: PutSubscriptionInput, accountId: string): Promise<object> {
    const { region, clock, hasGroup } = this.#options;
    const { logGroupName, filterName, filterPattern, destinationArn, distribution } = request;
    if (!hasGroup(logGroupName)) throw notFound("log group");
    checkDestination(request, { region, accountId });
    const key = { logGroupName, filterName };
    const subscription: Subscription = {
      ...{ ...key, filterPattern, matches: parsePattern(filterPattern), destinationArn, distribution },
      ...{ accountId, sourceArn: `${groupArn(region, accountId, logGroupName)}:*` },
      createdAtMs: this.#shelf.find(key)?.createdAtMs ?? clock(),
    };
    if ((await this.#connected?.deliveries.mayInvoke(subscription)) !== true) {
      throw invalid(
        "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.",
      );
    }
    this.#shelf.put(subscription);
    this.#connected?.deliveries.enable(subscription);
    this.#connected?.deliveries.begin(controlMessage(subscription, clock()));
    return {};
  }

  readonly #describe: Prepare = (input, caller) => {
    const request = parseInput(DescribeSubscriptionsInput, input, "InvalidParameterException");
    const { logGroupName, filterNamePrefix = "", nextToken = "", limit } = request;
    return {
      needs: [this.#need("DescribeSubscriptionFilters", caller, logGroupName)],
      answer: () => {
        if (!this.#options.hasGroup(logGroupName)) throw notFound("log group");
        const found = this.#shelf
          .of(logGroupName)
          .filter(({ filterName }) => filterName.startsWith(filterNamePrefix) && filterName > nextToken);
        const page = found.slice(0, limit);
        const last = found.length > page.length ? page.at(-1)?.filterName : undefined;
        return { subscriptionFilters: page.map(shown), ...(last === undefined ? {} : { nextToken: last }) };
      },
    };
  };

  readonly #delete: Prepare = (input, caller) => {
    const key = parseInput(FilterKey, input, "InvalidParameterException");
    return {
      needs: [this.#need("DeleteSubscriptionFilter", caller, key.logGroupName)],
      answer: () => {
        if (!this.#options.hasGroup(key.logGroupName)) throw notFound("log group");
        this.#shelf.delete(key);
        return {};
      },
    };
  };

  #need(operation: string, { accountId }: Identity, logGroupName: string): Need {
    const resource = groupArn(this.#options.region, accountId, logGroupName);
    return { action: `logs:${operation}`, resource, context: {} };
  }
}

const groupArn = (region: string, accountId: string, name: string) =>
  `arn:aws:logs:${region}:${accountId}:log-group:${name}`;

const shown = ({
  filterName,
  logGroupName,
  filterPattern,
  destinationArn,
  distribution,
  createdAtMs,
}: Subscription) => ({
  filterName,
  logGroupName,
  filterPattern,
  destinationArn,
  distribution,
  applyOnTransformedLogs: false,
  creationTime: createdAtMs,
});
