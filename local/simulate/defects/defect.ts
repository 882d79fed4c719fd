/**
 * A defect that somebody could have written: a few words of the product, or of the model of a cloud where the product's
 * condition is the cloud's, are other ones. The simulation must catch each, by the promise that it breaks.
 */
export interface Defect {
  readonly name: string;
  /** Of the first life from seed 1 on that was seen to catch it: the search begins there. Left out, with seed 1. */
  readonly seed?: number;
  /** From the repository's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** The number of the promise that it breaks. */
  readonly breaks: readonly number[];
}
