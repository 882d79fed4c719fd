/**
 * Tells which key an end has without the key crossing between the clouds: both halves make the same code of it, under a
 * key of their own that is drawn for one look and thrown away after it. So nobody who sees a code later can try keys on
 * it, and codes of two looks say nothing together.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { Secret } from "../runtime/secret.ts";
import type { CannotTell } from "../tunnels/schema.ts";
import type { EndKey, ObservedKey } from "./pre-shared-schema.ts";

const SALT_BYTES = 32;

/** Of one look; it goes to the hand with the question, and nowhere else. */
export const makeSalt = (random: (bytes: number) => Uint8Array): Secret =>
  new Secret(Buffer.from(random(SALT_BYTES)).toString("base64url"));

/** 64 hexadecimal digits. Of another tunnel, the same key has another one. */
export const fingerprintOf = (salt: Secret, tunnel: string, key: Secret): string =>
  createHmac("sha256", salt.unwrap()).update(`${tunnel}\n${key.unwrap()}`).digest("hex");

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export interface Fingerprints {
  /** Null: there is no such key. */
  readonly current: string | null;
  readonly pending: string | null;
  /** Null: this end has none. */
  readonly aws: string | null | CannotTell;
  readonly azure: string | null | CannotTell;
}

export function compareEnds(found: Fingerprints): Pick<ObservedKey, "aws" | "azure" | "same"> {
  const { aws, azure } = found;
  const same = typeof aws === "string" && typeof azure === "string" && isSame(aws, azure);
  return { aws: keyAt(found, aws), azure: keyAt(found, azure), same };
}

/** The pending key may be a copy of the current one, put there by hand: then it is nothing new. */
export const isCopy = ({ current, pending }: Pick<Fingerprints, "current" | "pending">): boolean =>
  current !== null && pending !== null && isSame(current, pending);

function keyAt({ current, pending }: Fingerprints, end: Fingerprints["aws"]): EndKey | CannotTell {
  if (end === null) return "none";
  if (typeof end !== "string") return end;
  if (current !== null && isSame(end, current)) return "current";
  return pending !== null && isSame(end, pending) ? "pending" : "other";
}
