/**
 * EC2 is eventually consistent: for a short time after a write, a look may be answered as if it had not happened. What
 * was there before each write is kept here for so long, and a look may get it instead.
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
import type { Faults } from "../../../stand-in/faults.ts";
import type { StoredRule } from "./rule.ts";

const staleMsMax = 1_500;
const staleChance = 0.3;

interface Write {
  readonly atMs: number;
  /** Undefined when the rule was not there. */
  readonly before: StoredRule | undefined;
}

export class StaleRules {
  readonly #faults: Faults;
  readonly #now: () => number;
  readonly #writes = new Map<string, Write>();

  constructor(faults: Faults, now: () => number) {
    this.#faults = faults;
    this.#now = now;
  }

  /** The oldest value of a rule counts that was written twice in the time. */
  wrote(id: string, before: StoredRule | undefined): void {
    this.#forget();
    if (!this.#writes.has(id)) this.#writes.set(id, { atMs: this.#now(), before });
  }

  /** The rules as one look sees them. */
  seen(rules: readonly StoredRule[]): StoredRule[] {
    this.#forget();
    const seen = new Map(rules.map((rule) => [rule.id, rule]));
    for (const [id, { before }] of this.#writes) {
      if (!this.#faults.chance("ec2 stale rules", staleChance)) continue;
      if (before === undefined) seen.delete(id);
      else seen.set(id, before);
    }
    return [...seen.values()];
  }

  /** Whether something that was made at that time is not there yet for one look. */
  isHidden(madeAtMs: number): boolean {
    if (this.#now() >= madeAtMs + staleMsMax) return false;
    return this.#faults.chance("ec2 stale groups", staleChance);
  }

  #forget(): void {
    for (const [id, { atMs }] of this.#writes) {
      if (this.#now() >= atMs + staleMsMax) this.#writes.delete(id);
    }
  }
}
