/**
 * Every call of a port, in order: recorded, so that a test can say what was done, and the one place where things
 * are made to go wrong. A fault is told by the call it strikes, and by whether the call has had its effect.
 */
import { CloudError } from "../../shared/runtime/errors.ts";

export type CallName =
  | `authority.${"observe" | "issue" | "read"}`
  | `journal.${"read-seen" | "read-intent" | "intend" | "mark" | "mark-seen"}`
  | "usage.first-accepted"
  | "token"
  | `hand.${"observe" | "request" | "drop-request" | "merge"}`
  | `vault.${"read-certificate" | "read-request" | "read-policy" | "create-request" | "drop-request" | "merge"}`;

export interface Call {
  readonly name: CallName;
  readonly target: string;
}

export interface Fault {
  readonly call: CallName;
  /** Of this target alone; left out, of any. */
  readonly target?: string;
  /** The how many-th such call, from 1; left out, each. */
  readonly nth?: number;
  readonly when: "before" | "after";
  /** The cloud's error code. */
  readonly code: string;
  /** False for a refusal: the call was answered, and had no effect. Default: true. */
  readonly retryable?: boolean;
}

/** The whole process ends at this call, counted from 0 over all calls of the brain. */
export interface Death {
  readonly at: number;
  readonly when: "before" | "after";
}

/** What a dead process would have thrown; nothing that it did after its death has an effect. */
class ProcessEnded extends Error {
  override readonly name = "ProcessEnded";
}

export class Calls {
  /** The brain's, in order; the vault's own are within those of the hand. */
  readonly brain: Call[] = [];
  readonly vault: Call[] = [];
  /** How long a call takes; the model's time does not pass by itself. */
  readonly durationsMs = new Map<CallName, number>();
  readonly #advance: (ms: number) => void;
  #faults: readonly Fault[] = [];
  #struck = new Map<Fault, number>();
  #death: Death | undefined;
  #dead = false;

  constructor(advance: (ms: number) => void) {
    this.#advance = advance;
  }

  fail(...faults: readonly Fault[]): void {
    this.#faults = faults;
    this.#struck = new Map();
  }

  /** From the next call on. */
  dieAt(death: Death): void {
    this.forget();
    this.#death = death;
  }

  /** Faults stop, a new process starts, and the record begins anew. */
  forget(): void {
    this.brain.length = 0;
    this.vault.length = 0;
    this.#faults = [];
    this.#death = undefined;
    this.#dead = false;
  }

  count(name: CallName): number {
    return [...this.brain, ...this.vault].filter((call) => call.name === name).length;
  }

  async perform<T>(name: CallName, target: string, run: () => T | Promise<T>): Promise<T> {
    const isBrains = !name.startsWith("vault.");
    const index = this.brain.length;
    if (isBrains) this.#live();
    (isBrains ? this.brain : this.vault).push({ name, target });
    const fault = this.#faultOf(name, target);
    // A call is never over at once: two runs meet at each of them.
    await Promise.resolve();
    this.#advance(this.durationsMs.get(name) ?? 0);
    if (isBrains) this.#dieIf(index, "before");
    if (fault?.when === "before") throw toError(fault, name, target);
    const result = await run();
    if (isBrains) this.#dieIf(index, "after");
    if (fault?.when === "after") throw toError(fault, name, target);
    return result;
  }

  #live(): void {
    if (this.#dead) throw new ProcessEnded("a process that has ended made a call");
  }

  #dieIf(index: number, when: Death["when"]): void {
    if (this.#death?.at === index && this.#death.when === when) this.#dead = true;
    this.#live();
  }

  #faultOf(name: CallName, target: string): Fault | undefined {
    return this.#faults.find((fault) => {
      if (fault.call !== name || (fault.target !== undefined && fault.target !== target)) return false;
      const nth = (this.#struck.get(fault) ?? 0) + 1;
      this.#struck.set(fault, nth);
      return fault.nth === undefined || fault.nth === nth;
    });
  }
}

function toError({ code, retryable = true }: Fault, operation: string, target: string): CloudError {
  const provider = /^(vault|hand)\./.test(operation) ? "azure" : "aws";
  const cause = new Error("text of a cloud that nobody should see");
  return new CloudError({ provider, operation, target, code, retryable, cause });
}
