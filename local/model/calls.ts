/**
 * Every call of a port, in order: recorded, so that a test can say what was done, and the one place where things
 * are made to go wrong. A fault is told by the call it strikes, and by whether the call has had its effect.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { CloudError, type Provider } from "../../shared/runtime/errors.ts";
import type { ModelClock } from "./clock.ts";

export type CallName =
  | `authority.${"observe" | "issue" | "read" | "revoke"}`
  | `journal.${"read-standing" | "read-intent" | "read-intents" | "read-open-intents" | "find-intent" | "intend" | "mark" | "note-issued" | "mark-seen" | "write-troubles" | "write-unknown-issue" | "ask" | "settle-ask" | "order-revocation" | "close-revocation"}`
  | `audit.${"record" | "read-outbox" | "file" | "history"}`
  | "bus.tell"
  | "usage.first-accepted"
  | "token"
  | `incidents.${"read" | "write" | "claim" | "note-told" | "note-announced" | "file" | "announce"}`
  | `messenger.${"post" | "update" | "reply" | "find" | "find-notes" | "withdraw"}`
  | `hand.${"observe" | "request" | "drop-request" | "merge"}`
  | `hand.tunnels-${"observe" | "reset"}`
  | `hand.trust-${"observe" | "publish"}`
  | `hand.key-${"observe" | "set"}`
  | `hand.tunnel-key${"s-observe" | "-set"}`
  | `connections.${"read" | "reset"}`
  | `connection-keys.${"read" | "set"}`
  | `tunnel-keys.${"read" | "set"}`
  | `tunnel-secret.${"read" | "write" | "move"}`
  | `pre-shared.${"read" | "write"}`
  | `keys.${"read" | "keep" | "settle"}`
  | "relay-log.search"
  | `tunnels.${"describe" | "active-status" | "maintenance" | "replace"}`
  | `hand.${"collect" | "forget" | "freeze"}`
  | `freeze.${"read" | "say" | "settle"}`
  | `memory.${"read" | "write"}`
  | `groups.${"rules" | "existing" | "prefix-list-sizes" | "open" | "rewrite" | "close"}`
  | `standing.${"read" | "keep"}`
  | `nsg.${"read" | "put" | "remove"}`
  | `rows.${"read" | "write"}`
  | `hand.allowlists-${"plan" | "heal" | "accept"}`
  | `allowlist-memory.${"read" | "write"}`
  | `auth-memory.${"read" | "write"}`
  | "wakes.tell"
  | `lease.${"acquire" | "check" | "release"}`
  | `secret.${"read" | "write" | "move"}`
  | "replicas.read"
  | `vault.${"read-certificate" | "read-request" | "read-policy" | "create-request" | "drop-request" | "merge"}`;

export interface Call {
  readonly name: CallName;
  readonly target: string;
}

/** How a call fails. */
export interface Failure {
  /** The cloud's error code. */
  readonly code: string;
  /** False for a refusal: the call was answered, and had no effect. Default: true. */
  readonly retryable?: boolean;
  /** The cloud took no call for now. Default: false. */
  readonly throttled?: boolean;
}

/** Judged when a call would have its effect. */
export type Weather = (call: Call, nowMs: number) => Failure | undefined;

export interface Fault extends Failure {
  readonly call: CallName;
  /** Of this target alone; left out, of any. */
  readonly target?: string;
  /** The how many-th such call, from 1; left out, each. */
  readonly nth?: number;
  readonly when: "before" | "after";
}

/** The whole process ends at this call, counted from 0 over all calls of the brain. */
export interface Death {
  readonly at: number;
  readonly when: "before" | "after";
}

/** One process comes to a stand at one of its calls, those of the vault among them, until it may go on. */
export interface Halt {
  /** Counted from 0. */
  readonly at: number;
  readonly when: "before" | "after";
  /** Called when it stands there; it goes on when this resolves. */
  readonly until: () => Promise<unknown>;
}

/** What a dead process would have thrown; nothing that it did after its death has an effect. */
class ProcessEnded extends Error {
  override readonly name = "ProcessEnded";
}

interface Process {
  /** Calls of the brain so far. */
  brain: number;
  /** And those of the vault with them. */
  all: number;
  dead: boolean;
  readonly halt: Halt | undefined;
}

const newProcess = (halt?: Halt): Process => ({ brain: 0, all: 0, dead: false, halt });

export class Calls {
  /** The brain's, in order; the vault's own are within those of the hand. */
  readonly brain: Call[] = [];
  readonly vault: Call[] = [];
  /** How long a call takes. */
  readonly durationsMs = new Map<CallName, number>();
  /** How long a call takes, where one number for all of its name is not enough. */
  durationOf: (call: Call) => number = ({ name }) => this.durationsMs.get(name) ?? 0;
  /** What strikes a call beyond the faults that were placed: outages, limits, throttles by chance. */
  weather: Weather = () => undefined;
  /** How often an adapter makes a call that is throttled by the weather, and after which pauses. */
  retriesAfterMs: (call: Call) => readonly number[] = () => [];
  /** Calls that reached a cloud, with every attempt that it throttled. */
  readonly attempts = new Map<CallName, number>();
  /** Those of them that it took. */
  readonly taken = new Map<CallName, number>();
  readonly #clock: ModelClock;
  readonly #processes = new AsyncLocalStorage<Process>();
  #faults: readonly Fault[] = [];
  #struck = new Map<Fault, number>();
  #death: Death | undefined;
  #process = newProcess();

  constructor(clock: ModelClock) {
    this.#clock = clock;
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

  /** Runs as a process of its own, beside others. */
  async inProcess<T>(run: () => Promise<T>, halt?: Halt): Promise<T> {
    return await this.#processes.run(newProcess(halt), run);
  }

  /** Faults stop, a new process starts, and the record begins anew. The weather stays as it is. */
  forget(): void {
    this.brain.length = 0;
    this.vault.length = 0;
    this.#faults = [];
    this.#death = undefined;
    this.#process = newProcess();
  }

  count(name: CallName): number {
    return [...this.brain, ...this.vault].filter((call) => call.name === name).length;
  }

  async perform<T>(name: CallName, target: string, run: () => T | Promise<T>): Promise<T> {
    const isBrains = !name.startsWith("vault.");
    const process = this.#processes.getStore() ?? this.#process;
    const call = { name, target };
    const [brainIndex, index] = [process.brain, process.all];
    if (isBrains) live(process);
    (isBrains ? this.brain : this.vault).push(call);
    process.all += 1;
    if (isBrains) process.brain += 1;
    const fault = this.#faultOf(name, target);
    const durationMs = this.durationOf(call);
    // A call is never over at once: two runs meet at each of them.
    await Promise.resolve();
    await this.#clock.sleep(durationMs / 2);
    if (isBrains) this.#dieIf(process, brainIndex, "before");
    await haltIf(process, index, "before");
    if (fault?.when === "before") throw toError(fault, name, target);
    const refusal = await this.#attempt(call);
    if (refusal !== undefined) throw toError(refusal, name, target);
    const result = await this.#clock.stopped(run);
    if (isBrains) this.#dieIf(process, brainIndex, "after");
    await this.#clock.sleep(durationMs / 2);
    await haltIf(process, index, "after");
    if (fault?.when === "after") throw toError(fault, name, target);
    return result;
  }

  async #attempt(call: Call): Promise<Failure | undefined> {
    for (const pauseMs of [0, ...this.retriesAfterMs(call)]) {
      await this.#clock.sleep(pauseMs);
      countIn(this.attempts, call.name);
      const refusal = this.weather(call, this.#clock.nowMs());
      if (refusal === undefined) countIn(this.taken, call.name);
      if (refusal?.throttled !== true) return refusal;
    }
    return { code: "ThrottlingException", throttled: true };
  }

  #dieIf(process: Process, index: number, when: Death["when"]): void {
    if (this.#death?.at === index && this.#death.when === when) process.dead = true;
    live(process);
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

const countIn = (counts: Map<CallName, number>, name: CallName) =>
  counts.set(name, (counts.get(name) ?? 0) + 1);

function live(process: Process): void {
  if (process.dead) throw new ProcessEnded("a process that has ended made a call");
}

async function haltIf({ halt }: Process, index: number, when: Halt["when"]): Promise<void> {
  if (halt?.at === index && halt.when === when) await halt.until();
}

function providerOf(operation: string): Provider {
  if (/^(vault|hand)\./.test(operation)) return "azure";
  return operation.startsWith("messenger.") ? "slack" : "aws";
}

function toError(
  { code, retryable = true, throttled = false }: Failure,
  operation: string,
  target: string,
): CloudError {
  const provider = providerOf(operation);
  const cause = new Error("text of a cloud that nobody should see");
  return new CloudError({ provider, operation, target, code, retryable, throttled, cause });
}
