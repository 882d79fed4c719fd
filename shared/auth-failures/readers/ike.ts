/**
 * Tunnel activity logs of AWS Site-to-Site VPN, in its JSON format
 * (https://docs.aws.amazon.com/vpn/latest/s2svpn/log-contents.html). Which tunnel it is about stands in the name of the
 * log stream, and not in the line. The gateway on the other side chooses nothing of what is read here but its address.
 */
import type { FailureClass } from "../schema.ts";
import { addressOf } from "./fields.ts";
import { textIn } from "./json-object.ts";
import { type Reader, refusedEvent } from "./reader.ts";

/** The first that a line contains counts, and case matters: the same texts are the filter. */
const DETAILS: readonly (readonly [string, FailureClass])[] = [
  ["pre-shared key mismatch", "pre-shared-key-mismatch"],
  ["invalid Pre-shared Key", "pre-shared-key-mismatch"],
  // Not only for a wrong key: a wrong identity is answered so too (RFC 7296, section 2.21.2).
  ["AUTHENTICATION_FAILED", "ike-authentication"],
];
const DETAILS_LENGTH_MAX = 1_024;

export const ikeReader = (): Reader => ({
  name: "ike",
  filters: { json: DETAILS.map(([text]) => `$.details = "*${text}*"`), text: [] },
  read: ({ record, isFromAgent }, at, stream) => {
    if (record === null || isFromAgent || !Object.hasOwn(record, "ike_phase1_state")) return "not-mine";
    const details = textIn(record, "details");
    if (details === null || details.length > DETAILS_LENGTH_MAX) return "unreadable";
    const failure = DETAILS.find(([text]) => details.includes(text))?.[1];
    if (failure === undefined) return "not-mine";
    const tunnel = tunnelIn(stream);
    const source = addressOf(/\bcgw: ?([0-9a-fA-F.:]{1,44}[0-9a-fA-F])/.exec(details)?.[1] ?? null);
    return refusedEvent("ike", at, failure, { source, tunnel });
  },
});

/** The one IPv4 address in the name; null where there is none, or more than one that it could be. */
function tunnelIn(stream: string): string | null {
  // 512 characters at most (API_CreateLogStream).
  const candidates = stream.slice(0, 512).match(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g) ?? [];
  const [tunnel, ...more] = new Set(candidates.map(addressOf).filter((address) => address !== null));
  return more.length > 0 ? null : (tunnel ?? null);
}
