/** Refusals that are known before the permission is asked for, and are told only to those who have it. */
import { Refusal } from "../../stand-in/operations.ts";
import type { Need, Prepared } from "../service.ts";

export function attempt<T>(find: () => T): T | Refusal {
  try {
    return find();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

export function refused(need: Need, refusal: Refusal): Prepared {
  const answer = () => {
    throw refusal;
  };
  return { needs: [need], answer };
}
