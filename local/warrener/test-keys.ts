/** A link with keys of every kind, and answers about them for tests. */
import { linkDigest, parseLink } from "../../shared/link/load.ts";
import type { Link } from "../../shared/link/schema.ts";
import { adoptedVpn, linkWith } from "../testing/links.ts";
import type { KeyReport } from "./keys-answer.ts";
import { NOW } from "./test-plans.ts";

const DAY = 86_400;

const parsed = parseLink(
  linkWith({
    "relay.certificate": { readers: ["arn:aws:iam::123456789012:role/relay"] },
    "bunnies[0].apiKeys": [{ name: "bunny-key" }],
    vpn: { ...adoptedVpn, preSharedKeys: {} },
    trust: {},
  }),
);

/** Without relay's certificate, of which other tests are: these are of what has keys. */
const { certificate: _, ...relay } = parsed.relay;
export const KEYS_LINK: Link = { ...parsed, relay };

/** In order, unless `changes` say otherwise. */
export const keyReport = (name: string, changes: Partial<KeyReport> = {}): KeyReport => ({
  name,
  createdAt: NOW - 12 * DAY,
  dueAt: NOW + 18 * DAY,
  state: "in-order",
  step: null,
  waiting: null,
  troubles: [],
  ...changes,
});

const envelope = {
  ...{ link: KEYS_LINK.name, linkDigest: linkDigest(KEYS_LINK) },
  ...{ at: NOW, frozen: false, problems: [], trouble: [] },
};

export const apiKeysPlan = (key: Partial<KeyReport> = {}, more: object = {}) => ({
  ...envelope,
  keys: [keyReport("bunny-key", { keyId: "0123456789abcdef", ...key })],
  ...more,
});

export const preSharedPlan = (first: Partial<KeyReport> = {}, more: object = {}) => ({
  ...envelope,
  tunnels: [keyReport("one-a", first), keyReport("one-b")],
  ...more,
});

export const trustPlan = (changes: object = {}, more: object = {}) => ({
  ...envelope,
  trust: {
    version: "7",
    authorities: [
      { id: "00112233", subject: "CN=Example CA", notAfter: NOW + 900 * DAY, isIssuing: true, state: "open" },
    ],
    revoked: 2,
    rollover: "no other CA is named",
    loaded: [{ party: "relay", state: "loaded", replicas: [] }],
    steps: [],
    troubles: [],
    ...changes,
  },
  ...more,
});
