/**
 * relay's own log: one JSON object a line, which docs/workloads.md agrees on. It alone knows every reason, and it alone
 * says who was accepted.
 */
import type { Instant } from "../../runtime/instant.ts";
import type { FailureClass } from "../schema.ts";
import { addressOf, keyIdOf, ownName, serialOf } from "./fields.ts";
import { bothPlaces } from "./filter.ts";
import { type JsonObject, textIn, valueIn } from "./json-object.ts";
import type { Line } from "./line.ts";
import { acceptedEvent, type Reader, type Reading, refusedEvent } from "./reader.ts";

const CLASSES: ReadonlyMap<string, FailureClass> = new Map([
  ["no-certificate", "no-certificate"],
  ["expired", "expired"],
  ["not-yet-valid", "not-yet-valid"],
  ["unknown-ca", "unknown-ca"],
  ["revoked", "revoked"],
  ["wrong-purpose", "wrong-purpose"],
  // A good certificate of a name that has no business here.
  ["other-identity", "forbidden-scope"],
  ["api-key-missing", "bad-api-key"],
  ["api-key-unknown", "bad-api-key"],
  ["api-key-identity", "bad-api-key"],
  ["api-key-scope", "forbidden-scope"],
]);

const REFUSED = "client.refused";
const ACCEPTED = "client.accepted";
const EVENTS = [REFUSED, ACCEPTED];

export const relayReader = (own: readonly string[]): Reader => ({
  name: "relay",
  filters: {
    json: [
      '$.event = "client.*"',
      '$.log_processed.event = "client.*"',
      // Where the agent leaves the line as a text. Without quotation marks, which JSON escapes in there.
      ...EVENTS.map((event) => `$.log = "*${event}*"`),
    ],
    // It is JSON whatever way it took. Only a cut line is none, and for that no pattern of its own is worth having.
    text: [],
  },
  refusals: {
    json: [...bothPlaces((root) => `${root}.event = "${REFUSED}"`), `$.log = "*${REFUSED}*"`],
    text: [],
  },
  read: (line, at) => {
    if (line.record === null) return isCutOff(line) ? "unreadable" : "not-mine";
    switch (valueIn(line.record, "event")) {
      case REFUSED:
        return readRefused(line.record, at);
      case ACCEPTED:
        return readAccepted(line.record, at, own);
      default:
        return "not-mine";
    }
  },
});

/** The beginning of one of relay's lines: a container's runtime splits long ones, an agent cuts them off. */
const isCutOff = ({ text }: Line): boolean =>
  text !== null && /^\s*\{/.test(text) && EVENTS.some((event) => text.includes(`"${event}"`));

function readRefused(record: JsonObject, at: Instant): Reading {
  const reason = textIn(record, "reason");
  if (reason === null) return "unreadable";
  // A later relay may know more reasons: it was refused all the same.
  return refusedEvent("relay", at, CLASSES.get(reason) ?? "unknown", knownIn(record));
}

function readAccepted(record: JsonObject, at: Instant, own: readonly string[]): Reading {
  const known = knownIn(record);
  const identity = textIn(record, "identity");
  // Of a success nothing is guessed: the line says all of it, or it is none.
  if (known.serial === null || identity === null) return "unreadable";
  return acceptedEvent("relay", at, { ...known, identity: ownName(own, identity) });
}

const knownIn = (record: JsonObject) => ({
  source: addressOf(textIn(record, "clientAddress")),
  serial: serialOf(textIn(record, "clientCertificateSerial")),
  apiKeyId: keyIdOf(textIn(record, "apiKeyId")),
});
