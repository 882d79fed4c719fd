/** Lines of a proxy that no reader knows by itself, and what a link says of them. */
import { CANARY, groupOf, merged, processed, refused, type Samples, wrapped } from "./test-samples.ts";

export const jsonSettings = {
  reader: "json",
  refused: { field: "auth.outcome", is: ["denied", 7] },
  accepted: { field: "auth.outcome", is: ["ok"] },
  reason: { field: "auth.reason", classes: { "too old": "expired", "old key": "wrong-key-version" } },
  address: "client.address",
  serial: "client.serial",
  identity: "client.name",
  apiKeyId: "key",
};

const line = {
  auth: { outcome: "denied", reason: "too old" },
  client: { address: "10.10.1.9:50218", serial: "00:4B:4D", name: "bunny.example.com" },
  key: "9f86d081884c7d65",
  pod: "proxy-1",
  path: `/jobs/${CANARY}`,
};
const event = refused({
  reader: "json",
  class: "expired",
  source: "10.10.1.9",
  identity: "bunny.example.com",
  serial: "4b4d",
  apiKeyId: "9f86d081884c7d65",
});
const auth = (outcome: unknown, reason: unknown = "too old") => ({ ...line, auth: { outcome, reason } });

export const jsonSamples: Samples = {
  group: groupOf({ readers: [jsonSettings] }),
  samples: [
    { says: "a refusal", message: JSON.stringify(line), reading: event },
    { says: "a refusal in log_processed", message: processed(line), reading: event },
    { says: "a refusal merged into the record", message: merged(line), reading: event },
    {
      says: "a refusal that the agent left as text, which no pattern finds",
      message: wrapped(JSON.stringify(line)),
      reading: "not-mine",
    },
    { says: "a refusal by a number", message: JSON.stringify(auth(7)), reading: event },
    { says: "a number written as a text", message: JSON.stringify(auth("7")), reading: "not-mine" },
    {
      says: "a reason of another class",
      message: JSON.stringify(auth("denied", "old key")),
      reading: { ...event, class: "wrong-key-version" },
    },
    {
      says: "a reason that the link does not name",
      message: JSON.stringify(auth("denied", CANARY)),
      reading: { ...event, class: "unknown" },
    },
    {
      says: "a reason named as a property that every object has",
      message: JSON.stringify(auth("denied", "toString")),
      reading: { ...event, class: "unknown" },
    },
    {
      says: "a reason that is no text",
      message: JSON.stringify(auth("denied", [CANARY])),
      reading: "unreadable",
    },
    {
      says: "who was accepted",
      message: JSON.stringify(auth("ok")),
      reading: { ...event, outcome: "accepted", class: null },
    },
    {
      says: "a success of nobody, which is none",
      message: JSON.stringify({ ...auth("ok"), client: { address: "10.10.1.9" }, key: CANARY }),
      reading: "unreadable",
    },
    { says: "neither", message: JSON.stringify(auth("pending")), reading: "not-mine" },
    {
      says: "a field that is no object",
      message: JSON.stringify({ ...line, auth: "denied" }),
      reading: "not-mine",
    },
    {
      says: "a field that is a list",
      message: JSON.stringify({ ...line, auth: [line.auth] }),
      reading: "not-mine",
    },
    {
      says: "fields that are none of theirs, without them",
      message: JSON.stringify({
        ...line,
        client: { address: CANARY, serial: { of: CANARY }, name: CANARY },
        key: CANARY,
        pod: CANARY,
      }),
      reading: { ...event, source: null, identity: null, serial: null, apiKeyId: null },
    },
    { says: "a line that was cut off", message: JSON.stringify(line).slice(0, 60), reading: "unreadable" },
  ],
};
