/**
 * What all stand-ins share: each call goes through `perform`, which places faults around it, lets only declared
 * refusals out, and records it with its caller. One kernel serves one local world.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Effect, Faults, type FaultsOptions } from "./faults.ts";
import { ConnectionLost, type OperationTable, Refusal } from "./operations.ts";

export interface Call {
  readonly sequence: number;
  /** As in the operation table: `acm-pca:IssueCertificate`. */
  readonly operation: string;
  /** Who called, as the service knows them: a role's ARN, a managed identity's principal id, "anonymous". */
  readonly caller: string;
  readonly mutates: boolean;
  /** "ok", "lost" for an answer that never arrived, or the error code that was answered. */
  readonly outcome: string;
  readonly atMs: number;
}

/** Bytes that crossed a wire of the local world, in the clear. */
export interface Sighting {
  readonly from: string;
  readonly to: string;
  /** What it was, such as `PUT /jobs/1` or `acm-pca:IssueCertificate answer`. */
  readonly what: string;
  readonly bytes: Uint8Array;
}

export type Tap = (sighting: Sighting) => void;

export class Kernel {
  readonly faults: Faults;
  readonly tap: Tap;
  readonly #calls: Call[] = [];

  constructor(options: FaultsOptions & { readonly tap?: Tap }) {
    this.faults = new Faults(options);
    this.tap = options.tap ?? (() => {});
  }

  calls(operation?: string): readonly Call[] {
    return operation === undefined ? this.#calls : this.#calls.filter((call) => call.operation === operation);
  }

  /**
   * Answers one call. `answer` throws a `Refusal` with a declared code, or returns what the service returns.
   * Throws `Refusal` and `ConnectionLost` for the server to put on the wire; anything else is our own fault.
   */
  async perform<T>(
    table: OperationTable,
    call: { readonly operation: string; readonly caller: string },
    answer: () => T | Promise<T>,
  ): Promise<T> {
    const spec = table[call.operation];
    if (spec === undefined) throw new Error(`${call.operation} is not in the stand-in's operation table`);
    let outcome = "ok";
    try {
      await this.#place(call, "before");
      const result = await answer();
      await this.#place(call, "after");
      return result;
    } catch (error) {
      outcome = outcomeOf(error);
      if (error instanceof Refusal && !spec.errors.includes(error.code)) {
        throw new Error(`${call.operation} answered ${error.code}, which its operation table does not list`);
      }
      throw error;
    } finally {
      this.#calls.push({
        sequence: this.#calls.length + 1,
        ...call,
        mutates: spec.mutates,
        outcome,
        atMs: Date.now(),
      });
    }
  }

  async #place(call: Pick<Call, "operation" | "caller">, when: "before" | "after"): Promise<void> {
    for (const effect of this.faults.effects(call, when)) await apply(effect);
  }
}

async function apply(effect: Effect): Promise<void> {
  switch (effect.kind) {
    case "refuse":
      throw new Refusal(effect.status, effect.code, effect.message);
    case "lose-connection":
      throw new ConnectionLost("the connection was lost");
    case "delay":
      await delay(effect.ms);
      return;
    case "run":
      await effect.action();
  }
}

function outcomeOf(error: unknown): string {
  if (error instanceof Refusal) return error.code;
  return error instanceof ConnectionLost ? "lost" : "fault";
}
