/** That a property does not hold is all that a mutant is asked; by which smallest case, nobody reads. */
import fc from "fast-check";

fc.configureGlobal({ endOnFailure: true });
