/** The calls of a rotation of API keys, in order, and the one place where they are made to go wrong. */
import { CloudError } from "../../shared/runtime/errors.ts";

export type KeyCloud = "secret" | "hand" | "log" | "memory";

export interface KeyCall {
  readonly cloud: KeyCloud;
  readonly operation: string;
}

/** What becomes of a call: the process ends at it, or it is not answered, before or after it has had its effect. */
export interface KeyStrike {
  readonly effect: "dies" | "unanswered" | "throttled";
  readonly when: "before" | "after";
}

/** What a dead process would have thrown; nothing that it did after its death has an effect. */
export class KeyProcessEnded extends Error {
  override readonly name = "KeyProcessEnded";
}

export class KeyCalls {
  readonly made: KeyCall[] = [];
  /** Judged at each call, by its number from 0. */
  strike: (call: KeyCall, index: number) => KeyStrike | undefined = () => undefined;
  /** Called when a call has had its effect. */
  readonly #happened: (call: KeyCall) => void;

  constructor(happened: (call: KeyCall) => void) {
    this.#happened = happened;
  }

  async perform<T>(cloud: KeyCloud, operation: string, run: () => T): Promise<T> {
    const call = { cloud, operation };
    const strike = this.strike(call, this.made.length);
    this.made.push(call);
    if (strike?.when === "before" || strike?.effect === "throttled") throw toError(strike, call);
    const result = run();
    this.#happened(call);
    if (strike !== undefined) throw toError(strike, call);
    return await Promise.resolve(result);
  }
}

function toError({ effect }: KeyStrike, { cloud, operation }: KeyCall): Error {
  if (effect === "dies") return new KeyProcessEnded(`the process ended at ${operation}`);
  const throttled = effect === "throttled";
  return new CloudError({
    provider: cloud === "hand" ? "azure" : "aws",
    operation,
    target: cloud,
    code: throttled ? "ThrottlingException" : "unreachable",
    retryable: true,
    throttled,
  });
}
