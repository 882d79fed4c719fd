/**
 * Amazon SNS, as far as other services publish to it: topics, and who gets what is published. There is no API,
 * because nothing that is deployed calls it.
 */
import { randomUUID } from "node:crypto";
import type { Kernel } from "../../stand-in/kernel.ts";
import { type OperationTable, Refusal } from "../../stand-in/operations.ts";

export const snsOperations: OperationTable = {
  "sns:Publish": {
    mutates: true,
    errors: ["AuthorizationError", "InternalError", "InvalidParameter", "NotFound", "Throttled"],
  },
};

export interface Subscription {
  /** Such as "email"; who it is that must confirm depends on it. */
  readonly protocol: string;
  readonly endpoint: string;
}

export interface Publication {
  readonly subject: string;
  readonly message: string;
}

/** What somebody who subscribed has got. */
export interface Delivery extends Subscription, Publication {
  readonly messageId: string;
  readonly topicArn: string;
}

interface Topic {
  readonly subscriptions: (Subscription & { confirmed: boolean })[];
  readonly published: Publication[];
}

/** Their owners confirm by following a link; AWS's own services need not. */
const CONFIRMED_BY_HAND = new Set(["email", "email-json", "http", "https"]);

const subjectMax = 100;
const messageBytesMax = 262_144;

export class Topics {
  readonly #kernel: Kernel;
  readonly #topics = new Map<string, Topic>();
  readonly #deliveries: Delivery[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  create(topicArn: string): void {
    this.#topics.set(topicArn, { subscriptions: [], published: [] });
  }

  subscribe(topicArn: string, { protocol, endpoint }: Subscription): void {
    const confirmed = !CONFIRMED_BY_HAND.has(protocol);
    this.#topic(topicArn).subscriptions.push({ protocol, endpoint, confirmed });
  }

  /** What the owner of an address does who follows the link in the first mail. */
  confirm(topicArn: string, endpoint: string): void {
    const mine = this.#topic(topicArn).subscriptions.filter((one) => one.endpoint === endpoint);
    if (mine.length === 0) throw new Error(`${endpoint} has not subscribed to ${topicArn}`);
    for (const subscription of mine) subscription.confirmed = true;
  }

  /** Everything that was published to a topic, whether or not anybody got it. */
  published(topicArn: string): readonly Publication[] {
    return this.#topic(topicArn).published;
  }

  /** In the order in which they went out, those of all topics. */
  deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  /** `allowed` is asked first. Throws `Refusal`, or `ConnectionLost` from a fault. */
  async publish(
    caller: string,
    topicArn: string,
    publication: Publication,
    allowed: () => Promise<boolean>,
  ): Promise<void> {
    const { subject, message } = publication;
    const bytes = Buffer.from(`${subject}\n${message}`);
    this.#kernel.tap({ from: caller, to: topicArn, what: "sns:Publish", bytes });
    await this.#kernel.perform(snsOperations, { operation: "sns:Publish", caller }, async () => {
      if (!(await allowed())) {
        throw new Refusal(
          403,
          "AuthorizationError",
          `${caller} is not authorized to perform: SNS:Publish on resource: ${topicArn}`,
        );
      }
      const topic = this.#topic(topicArn);
      checkPublication(publication);
      topic.published.push(publication);
      const messageId = randomUUID();
      for (const { protocol, endpoint, confirmed } of topic.subscriptions) {
        if (confirmed) this.#deliveries.push({ messageId, topicArn, protocol, endpoint, subject, message });
      }
    });
  }

  #topic(topicArn: string): Topic {
    const topic = this.#topics.get(topicArn);
    if (topic === undefined) throw new Refusal(404, "NotFound", "Topic does not exist");
    return topic;
  }
}

function checkPublication({ subject, message }: Publication): void {
  if (!/^[\x20-\x7e]+$/.test(subject) || /^ /.test(subject) || subject.length > subjectMax)
    throw new Refusal(400, "InvalidParameter", "Invalid parameter: Subject");
  if (message === "") throw new Refusal(400, "InvalidParameter", "Invalid parameter: Empty message");
  if (Buffer.byteLength(message) > messageBytesMax)
    throw new Refusal(400, "InvalidParameter", "Invalid parameter: Message too long");
}
