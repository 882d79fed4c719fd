/**
 * Any JSON log whose fields the link names: for a proxy in front of relay that no other reader knows. Nothing is
 * guessed: a line is a refusal when the named field has one of the named values.
 */
import type { Instant } from "../../runtime/instant.ts";
import { addressBeforePort, keyIdOf, ownName, serialOf } from "./fields.ts";
import { bothPlaces } from "./filter.ts";
import { type JsonObject, valueAtPath } from "./json-object.ts";
import type { JsonReaderSettings, Outcome } from "./json-settings.ts";
import { acceptedEvent, type Reader, type Reading, refusedEvent } from "./reader.ts";

export const jsonReader = (settings: JsonReaderSettings, own: readonly string[]): Reader => ({
  name: "json",
  filters: {
    json: [settings.refused, ...(settings.accepted === undefined ? [] : [settings.accepted])].flatMap(
      conditions,
    ),
    text: [],
  },
  refusals: { json: conditions(settings.refused), text: [] },
  read: (line, at) => {
    if (line.record === null || line.place === "log") return "not-mine";
    const { record } = line;
    if (isSo(record, settings.refused)) return readRefused(record, at, settings, own);
    const isAccepted = settings.accepted !== undefined && isSo(record, settings.accepted);
    return isAccepted ? readAccepted(record, at, settings, own) : "not-mine";
  },
});

const conditions = ({ field, is }: Outcome): string[] =>
  is.flatMap((value) => bothPlaces((root) => `${root}.${field} = ${literal(value)}`));

const literal = (value: string | number): string =>
  typeof value === "number" ? String(value) : `"${value}"`;

const isSo = (record: JsonObject, { field, is }: Outcome): boolean =>
  is.some((value) => value === valueAtPath(record, field));

function readRefused(
  record: JsonObject,
  at: Instant,
  settings: JsonReaderSettings,
  own: readonly string[],
): Reading {
  const { reason } = settings;
  if (reason === undefined) return refusedEvent("json", at, "unknown", knownIn(record, settings, own));
  const text = valueAtPath(record, reason.field);
  if (typeof text !== "string") return "unreadable";
  const failure = Object.hasOwn(reason.classes, text) ? reason.classes[text] : undefined;
  return refusedEvent("json", at, failure ?? "unknown", knownIn(record, settings, own));
}

function readAccepted(
  record: JsonObject,
  at: Instant,
  settings: JsonReaderSettings,
  own: readonly string[],
): Reading {
  const known = knownIn(record, settings, own);
  // A success is of somebody: where the link says how he is known, the line has to say who he is.
  const isNobody = known.serial === null && known.identity === null && known.apiKeyId === null;
  return isNobody ? "unreadable" : acceptedEvent("json", at, known);
}

function knownIn(record: JsonObject, settings: JsonReaderSettings, own: readonly string[]) {
  const said = (field: string | undefined): string | null => {
    const value = field === undefined ? null : valueAtPath(record, field);
    return typeof value === "string" ? value : null;
  };
  return {
    source: addressBeforePort(said(settings.address)),
    serial: serialOf(said(settings.serial)),
    identity: ownName(own, said(settings.identity)),
    apiKeyId: keyIdOf(said(settings.apiKeyId)),
  };
}
