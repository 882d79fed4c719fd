/** A promise of the product, as the simulation looks at it: at each call, and whenever time has passed. */
import type { Step } from "../calls.ts";
import type { World } from "../world.ts";

export interface Watch {
  /** Before a call has its effect. */
  readonly before?: (step: Step) => void;
  /** Right after it; what is broken, in words. */
  readonly after?: (step: Step) => string | null;
  /** What is broken now, whoever did it. */
  readonly now?: () => string | null;
}

export interface ProductPromise {
  readonly name: string;
  readonly watch: (world: World) => Watch;
}
