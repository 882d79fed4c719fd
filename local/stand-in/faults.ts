/**
 * Faults are put in at stand-ins and nowhere else: placed ones, as rules that name the nth call of an
 * operation, and drawn ones, which a seed decides. Drawn ones stay within what the real service may do.
 */
import { createHash } from "node:crypto";

export type Effect =
  | { readonly kind: "refuse"; readonly status: number; readonly code: string; readonly message: string }
  | { readonly kind: "lose-connection" }
  | { readonly kind: "delay"; readonly ms: number }
  /** Anything done to the world at that moment, such as killing the process that called. */
  | { readonly kind: "run"; readonly action: () => void | Promise<void> };

export interface FaultRule {
  /** As in the operation table: `acm-pca:IssueCertificate`. */
  readonly operation: string;
  /** Only calls of this one, as the kernel records callers; left out, everybody's. */
  readonly caller?: string;
  /** 1 is the first call after the rule was added; "every" is each one. */
  readonly nth: number | "every";
  readonly when: "before" | "after";
  readonly effect: Effect;
}

export interface FaultsOptions {
  readonly seed: number;
  readonly calm: boolean;
  /** What the names of drawn faults begin with that never happen. */
  readonly spared?: readonly string[];
}

export class Faults {
  readonly seed: number;
  readonly calm: boolean;
  readonly #spared: readonly string[];
  readonly #rules: { rule: FaultRule; seen: number }[] = [];
  readonly #draws = new Map<string, number>();

  constructor({ seed, calm, spared = [] }: FaultsOptions) {
    this.seed = seed;
    this.calm = calm;
    this.#spared = spared;
  }

  /** Adds a rule; the answer takes it away again. */
  add(rule: FaultRule): () => void {
    const entry = { rule, seen: 0 };
    this.#rules.push(entry);
    return () => {
      const index = this.#rules.indexOf(entry);
      if (index >= 0) this.#rules.splice(index, 1);
    };
  }

  /** The placed effects of this call, in the order in which their rules were added. */
  effects(call: { readonly operation: string; readonly caller: string }, when: "before" | "after"): Effect[] {
    const mine = this.#rules.filter(
      ({ rule }) =>
        rule.operation === call.operation &&
        rule.when === when &&
        (rule.caller === undefined || rule.caller === call.caller),
    );
    for (const entry of mine) entry.seen += 1;
    return mine
      .filter(({ rule, seen }) => rule.nth === "every" || rule.nth === seen)
      .map(({ rule }) => rule.effect);
  }

  /**
   * True with the given probability, never when calm or spared. Each name has its own sequence, so one operation's
   * draws do not depend on how often another one is called.
   */
  chance(name: string, probability: number): boolean {
    if (this.calm || this.#spared.some((beginning) => name.startsWith(beginning))) return false;
    return this.draw(name) < probability;
  }

  /** The next number of this name's sequence, in [0, 1). */
  draw(name: string): number {
    const count = (this.#draws.get(name) ?? 0) + 1;
    this.#draws.set(name, count);
    const hash = createHash("sha256").update(`${this.seed}\n${name}\n${count}`).digest();
    return hash.readUIntBE(0, 6) / 2 ** 48;
  }
}
