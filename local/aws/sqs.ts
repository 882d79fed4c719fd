/**
 * Amazon SQS, as far as other services write dead letters to it: the queues are state that tests read. There is
 * no API, because nothing that is deployed reads or writes a queue.
 */
import { randomUUID } from "node:crypto";
import type { Kernel } from "../stand-in/kernel.ts";
import { type OperationTable, Refusal } from "../stand-in/operations.ts";

export const sqsOperations: OperationTable = {
  "sqs:SendMessage": {
    mutates: true,
    errors: ["AccessDeniedException", "QueueDoesNotExist", "RequestThrottled"],
  },
};

export interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export class Queues {
  readonly #kernel: Kernel;
  readonly #queues = new Map<string, Message[]>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  create(queueArn: string): void {
    this.#queues.set(queueArn, []);
  }

  messages(queueArn: string): readonly Message[] {
    return this.#queue(queueArn);
  }

  /** What somebody does who has read the dead letters. Returns what was there. */
  empty(queueArn: string): readonly Message[] {
    return this.#queue(queueArn).splice(0);
  }

  /** `caller` is the role that sends; `allowed` is asked first. Throws `Refusal`, or `ConnectionLost` from a fault. */
  async send(
    caller: string,
    queueArn: string,
    message: Omit<Message, "messageId">,
    allowed: () => Promise<boolean>,
  ): Promise<void> {
    this.#kernel.tap({
      from: caller,
      to: queueArn,
      what: "sqs:SendMessage",
      bytes: Buffer.from(message.body),
    });
    await this.#kernel.perform(sqsOperations, { operation: "sqs:SendMessage", caller }, async () => {
      if (!(await allowed())) throw new Refusal(403, "AccessDeniedException", `${caller} may not send here`);
      this.#queue(queueArn).push({ messageId: randomUUID(), ...message });
    });
  }

  #queue(queueArn: string): Message[] {
    const queue = this.#queues.get(queueArn);
    if (queue === undefined) throw new Refusal(400, "QueueDoesNotExist", `${queueArn} does not exist`);
    return queue;
  }
}
