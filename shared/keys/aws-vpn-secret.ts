/**
 * Finds a tunnel's pre-shared key in the secret in which AWS keeps those of a connection. AWS says nowhere how such a
 * secret is written, so it is read only where it is plain which key is which tunnel's: what is taken for a key and is
 * none would be given to the other end.
 */
import { Secret } from "../runtime/secret.ts";

/** What AWS takes for one (package d.ts, `ModifyVpnTunnelOptionsSpecification.PreSharedKey`). */
const KEY = /^[A-Za-z1-9._][A-Za-z0-9._]{7,63}$/;
/** Said in the place of a key (https://github.com/hashicorp/terraform-provider-aws/pull/42819). */
const IN_ITS_PLACE = /redacted|hidden|masked/i;
const KEY_NAME = /pre_?shared_?key|psk/i;
const DEPTH_MAX = 5;

/** As AWS shows one; null for what stands in its place. */
export const toShownKey = (text: string | undefined): Secret | null =>
  text === undefined || !KEY.test(text) || IN_ITS_PLACE.test(text) ? null : new Secret(text);

/** Null: there is none, or more than one. */
export function findTunnelKey(text: Secret, outsideIp: string): Secret | null {
  const found = candidatesIn(parseJson(text.unwrap()), outsideIp, DEPTH_MAX);
  const [only, ...more] = new Set(found);
  return more.length > 0 ? null : toShownKey(only);
}

/** `{ "198.51.100.10": key }`, or one object with the address and one text that is called a pre-shared key. */
function candidatesIn(value: unknown, outsideIp: string, depth: number): string[] {
  if (depth === 0 || typeof value !== "object" || value === null) return [];
  const members: [string, unknown][] = Object.entries(value);
  const isIts = members.some(([, member]) => member === outsideIp);
  return members.flatMap(([name, member]) => {
    if (name === outsideIp) return typeof member === "string" ? [member] : namedKeys(member);
    if (isIts && typeof member === "string") return KEY_NAME.test(name) ? [member] : [];
    return candidatesIn(member, outsideIp, depth - 1);
  });
}

function namedKeys(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const members: [string, unknown][] = Object.entries(value);
  return members.flatMap(([name, member]) =>
    typeof member === "string" && KEY_NAME.test(name) ? [member] : [],
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
