/** Lines in the form of docs/workloads.md, by each of the ways that they take to CloudWatch. */
import { AT, CANARY, groupOf, merged, processed, refused, type Samples, wrapped } from "./test-samples.ts";

const line = {
  time: "2026-11-21T08:02:04.501Z",
  level: "warn",
  event: "client.refused",
  replica: "relay-7d9f-x2k",
  reason: "unknown-ca",
  clientCertificateSerial: "4b4d59c42d274f1652b10e01b20a9a7b",
  clientAddress: "10.10.1.9",
  trustBundleVersion: "3",
};
const event = refused({
  reader: "relay",
  class: "unknown-ca",
  source: "10.10.1.9",
  serial: "4b4d59c42d274f1652b10e01b20a9a7b",
});

const accepted = {
  time: "2026-11-21T08:02:00.123Z",
  level: "info",
  event: "client.accepted",
  replica: "relay-7d9f-x2k",
  clientCertificateSerial: "7F4D9BB47D938D2BFC87C4F258B84CF7",
  identity: "bunny.example.com",
  clientAddress: "::ffff:10.10.1.7",
  apiKeyId: "9f86d081884c7d65",
  trustBundleVersion: "3",
};
const acceptedEvent = {
  ...event,
  at: AT,
  outcome: "accepted" as const,
  class: null,
  source: "10.10.1.7",
  identity: "bunny.example.com",
  serial: "7f4d9bb47d938d2bfc87c4f258b84cf7",
  apiKeyId: "9f86d081884c7d65",
};

const reason = (text: string) => JSON.stringify({ ...line, reason: text });

export const relaySamples: Samples = {
  group: groupOf({ readers: [{ reader: "relay" }] }),
  samples: [
    { says: "a refusal as relay writes it", message: JSON.stringify(line), reading: event },
    { says: "a refusal in log_processed", message: processed(line), reading: event },
    {
      says: "a refusal that the agent left as text",
      message: wrapped(JSON.stringify(line)),
      reading: event,
    },
    { says: "a refusal merged into the record", message: merged(line), reading: event },
    { says: "who was accepted", message: processed(accepted), reading: acceptedEvent },
    {
      says: "an accepted caller of a name that is not the link's, without the name",
      message: JSON.stringify({ ...accepted, identity: "else.example.com" }),
      reading: { ...acceptedEvent, identity: null },
    },
    {
      says: "a missing certificate",
      message: JSON.stringify({ ...line, reason: "no-certificate", clientCertificateSerial: undefined }),
      reading: { ...event, class: "no-certificate", serial: null },
    },
    {
      says: "a certificate that has ended",
      message: reason("expired"),
      reading: { ...event, class: "expired" },
    },
    {
      says: "one too early",
      message: reason("not-yet-valid"),
      reading: { ...event, class: "not-yet-valid" },
    },
    { says: "a revoked one", message: reason("revoked"), reading: { ...event, class: "revoked" } },
    {
      says: "one for another purpose",
      message: reason("wrong-purpose"),
      reading: { ...event, class: "wrong-purpose" },
    },
    {
      says: "an API key that is not known",
      message: reason("api-key-unknown"),
      reading: { ...event, class: "bad-api-key" },
    },
    {
      says: "a known API key in wrong hands",
      message: JSON.stringify({ ...line, reason: "api-key-identity", apiKeyId: "9f86d081884c7d65" }),
      reading: { ...event, class: "bad-api-key", apiKeyId: "9f86d081884c7d65" },
    },
    {
      says: "an API key on a route it is not good for",
      message: JSON.stringify({ ...line, reason: "api-key-scope", apiKeyId: "9f86d081884c7d65" }),
      reading: { ...event, class: "forbidden-scope", apiKeyId: "9f86d081884c7d65" },
    },
    {
      says: "a reason of a later relay",
      message: reason("post-quantum-only"),
      reading: { ...event, class: "unknown" },
    },
    {
      says: "a reason named as a property that every object has",
      message: reason("constructor"),
      reading: { ...event, class: "unknown" },
    },
    {
      says: "another event of relay's",
      message: processed({ ...line, event: "relay.loaded" }),
      reading: "not-mine",
    },
    { says: "another program's line", message: wrapped(`GET /jobs/${CANARY}`), reading: "not-mine" },
    {
      says: "a line that quotes a refusal",
      message: wrapped(`user said: ${JSON.stringify(line)}`),
      reading: "not-mine",
    },
    {
      says: "a line that its runtime has split",
      message: wrapped(JSON.stringify(line).slice(0, 90)),
      reading: "unreadable",
    },
    {
      says: "a message that was cut off",
      message: JSON.stringify(line).slice(0, 90),
      reading: "unreadable",
    },
    {
      says: "a refusal without a reason",
      message: JSON.stringify({ ...line, reason: 7 }),
      reading: "unreadable",
    },
    {
      says: "a success without a serial, which is none",
      message: JSON.stringify({ ...accepted, clientCertificateSerial: "zz" }),
      reading: "unreadable",
    },
    {
      says: "a success without a name, which is none",
      message: JSON.stringify({ ...accepted, identity: null }),
      reading: "unreadable",
    },
    {
      says: "fields that are none of theirs, without them",
      message: JSON.stringify({
        ...line,
        clientAddress: `10.10.1.9 ${CANARY}`,
        clientCertificateSerial: CANARY,
        apiKeyId: CANARY,
        replica: CANARY,
        path: `/jobs/${CANARY}`,
        identity: "bunny.example.com",
      }),
      reading: { ...event, source: null, serial: null },
    },
    {
      says: "an event that stands in a nested object, as another program's",
      message: JSON.stringify({ message: line }),
      reading: "not-mine",
    },
    {
      says: "events that are given by inheritance, as none",
      message: `{"__proto__":${JSON.stringify(line)}}`,
      reading: "not-mine",
    },
    {
      says: "a message that is longer than any line",
      message: JSON.stringify({ ...line, padding: "x".repeat(300_000) }),
      reading: "unreadable",
    },
  ],
};
