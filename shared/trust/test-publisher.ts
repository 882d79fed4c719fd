/** A link whose trust is published, with both clouds in memory: relay's secret, the bunny's vault, relay's log. */
import { Calls } from "../../local/model/calls.ts";
import { ModelClock } from "../../local/model/clock.ts";
import { type ModelJournal, modelJournal } from "../../local/model/journal.ts";
import { type ModelSecret, modelSecret } from "../../local/model/secret.ts";
import { makeCa } from "../../local/testing/certificates.ts";
import { linkWith } from "../../local/testing/links.ts";
import type { Report } from "../alerts/plan.ts";
import type { RefusalReason } from "../azure-api/contract.ts";
import { idempotencyToken } from "../certificates/intent.ts";
import type { CertificateVersion, Intent } from "../certificates/schema.ts";
import type { NewChange } from "../journal/change.ts";
import type { CaRole } from "../link/certificate-authority.ts";
import { parseLink } from "../link/load.ts";
import { CloudError } from "../runtime/errors.ts";
import { createLog } from "../runtime/log.ts";
import { readAuthority } from "./authority.ts";
import { secretHead } from "./aws-head.ts";
import type { DeployedCa } from "./linked.ts";
import { NO_TRUST_MEMORY, type TrustMemory } from "./memory.ts";
import { publishTrust } from "./publish-trust.ts";
import type { Publisher } from "./publisher.ts";
import type { CaId, TrustBundle } from "./schema.ts";
import { handIn, observeVault, publishToVault, type TrustVerbs } from "./test-verbs.ts";
import type { HeardWord } from "./words.ts";

export const BEGIN = 1_795_248_000;
const READER = "arn:aws:iam::123456789012:role/relay";
const ARN = "arn:aws:acm-pca:eu-west-2:123456789012:certificate-authority/";

/** Made once: a key pair takes its time, and no test changes one. */
const made = new Map<string, Promise<string>>();
async function pemOf(name: string): Promise<string> {
  const life = { notBefore: new Date((BEGIN - 86_400) * 1000), notAfter: new Date((BEGIN + 3e8) * 1000) };
  const pem = made.get(name) ?? makeCa({ commonName: name, ...life }).then((ca) => ca.certificatePem);
  made.set(name, pem);
  return await pem;
}

export async function deployed(role: CaRole, name: string): Promise<DeployedCa> {
  return { role, arn: `${ARN}${name}`, facts: readAuthority(await pemOf(name)) };
}

export const cloudError = (code: string): CloudError =>
  new CloudError({ provider: "azure", operation: "test", target: "test", code, retryable: true });

export interface TrustWorld {
  readonly calls: Calls;
  readonly journal: ModelJournal;
  readonly clock: ModelClock;
  readonly secret: ModelSecret;
  /** What the bunny's vault holds. */
  readonly vault: { bundle: TrustBundle | null; version: number; current: CertificateVersion | null };
  /** What relay's log holds. */
  readonly words: HeardWord[];
  readonly changes: NewChange[];
  readonly events: string[];
  reports: Report[];
  memory: TrustMemory;
  /** The hand's two verbs for the bundle; a test may have its own. */
  hand: TrustVerbs;
  /** Of the link that is deployed; a deployment changes them. */
  cas: readonly DeployedCa[];
  pinned: readonly CaId[];
  /** What the hand answers to a publication; null when it takes it. */
  refuses: RefusalReason | null;
  /** By name, what fails: "hand", "vault", "log", "intents", "memory", or a CA's role. */
  readonly away: Set<string>;
  /** Another run writes its memory first. */
  isBeaten: boolean;
  run(): ReturnType<typeof publishTrust>;
  publisher(): Publisher;
  /** relay's bundle. */
  head(): Promise<TrustBundle | null>;
  /** Every replica says that it runs the bundle that stands now, and relay serves this serial. */
  sayLoaded(serial: string): Promise<void>;
  issue(certificate: string, ca: DeployedCa, serial: number, state?: Intent["state"]): Promise<void>;
}

export async function trustWorld(cas?: readonly DeployedCa[]): Promise<TrustWorld> {
  const clock = new ModelClock(BEGIN);
  const calls = new Calls(clock);
  const journal = modelJournal(calls, clock);
  const secret = modelSecret(calls, clock);
  const events: string[] = [];
  const log = createLog((_level, { event }) => events.push(event));
  const first = cas ?? [await deployed("issuing", "one")];
  const world: TrustWorld = {
    ...{ calls, journal, clock, secret, events, words: [], changes: [], reports: [] },
    vault: { bundle: null, version: 0, current: null },
    ...{ memory: NO_TRUST_MEMORY, cas: first, pinned: first.map(({ facts }) => facts.id) },
    ...{ refuses: null, away: new Set(), isBeaten: false },
    hand: {
      observe: async () => observeVault(world),
      publish: async (body) => publishToVault(world, body),
    },
    run: () => publishTrust(world.publisher()),
    publisher: () => publisherIn(world, log),
    async head() {
      const store = await secretHead(secret, clock.now).read();
      return store.kind === "published" ? store.bundle : null;
    },
    async sayLoaded(serial) {
      const said = (party: string, version: string, serials: string[]): HeardWord => {
        return { party, replica: `${party}-0`, version, at: clock.now(), ms: 0, serials };
      };
      world.words.push(
        said("relay", (await world.head())?.version ?? "none", [serial]),
        said("bunny", world.vault.bundle?.version ?? "none", []),
      );
    },
    async issue(certificate, ca, serial, state = "merged") {
      const csrDigest = serial.toString(16).padStart(64, "0");
      const certificateArn = `${ca.arn}/certificate/${serial}`;
      const notAfter = clock.now() + 604_800;
      const token = idempotencyToken(ca.arn, csrDigest);
      const intent = { certificate, csrDigest, idempotencyToken: token, notAfter, createdAt: clock.now() };
      await journal.intend({ ...intent, state, ...(state === "intended" ? {} : { certificateArn }) });
      if (certificate === "relay-server" || state !== "merged") return;
      world.vault.current = versionOf(serial.toString(16), ca.facts.id, clock.now(), notAfter);
    },
  };
  return world;
}

export const versionOf = (
  serial: string,
  issuer: CaId | "other",
  createdAt: number,
  notAfter: number,
): CertificateVersion => ({
  version: serial,
  enabled: true,
  serial,
  notBefore: createdAt - 3_600,
  notAfter,
  createdAt,
  identity: { commonName: "bunny.example.com", dnsNames: [] },
  key: { type: "EC", curve: "P-256" },
  issuer,
});

function publisherIn(world: TrustWorld, log: Publisher["log"]): Publisher {
  const names = world.cas.map(({ role }) => role);
  const other = (role: CaRole) => (names.includes(role) ? { commonName: role } : undefined);
  const link = parseLink(
    linkWith({
      "relay.certificate": { readers: [READER] },
      "certificateAuthority.next": other("next"),
      "certificateAuthority.failover": other("failover"),
      trust: {},
    }),
  );
  const { trust } = link;
  if (trust === undefined) throw new Error("the link has no trust");
  const { calls } = world;
  const fail = (name: string) => {
    if (world.away.has(name)) throw cloudError(`${name}-away`);
  };
  return {
    ...{ link, trust, cas: world.cas, log, clock: world.clock.now },
    authorityOf: (id) => ({
      observe: () =>
        calls.perform("authority.observe", id, () => {
          fail(world.cas.find(({ facts }) => facts.id === id)?.role ?? "issuing");
          return {
            active: true,
            notAfter: BEGIN + 3e8,
            shortLived: true,
            signingAlgorithm: "SHA256WITHECDSA",
          };
        }),
    }),
    head: secretHead(world.secret, world.clock.now),
    hand: handIn(world, fail),
    words: {
      read: (since, until = Number.POSITIVE_INFINITY) =>
        calls.perform("relay-log.search", "", () => {
          fail("log");
          return world.words.filter(({ at }) => at >= since && at < until);
        }),
    },
    journal: {
      readStanding: async () => ({ ...(await world.journal.readStanding()), trust: world.memory }),
      readIntents: async (certificate) => {
        fail("intents");
        return await world.journal.readIntents(certificate);
      },
    },
    memory: {
      write: (memory) =>
        calls.perform("memory.write", "", () => {
          fail("memory");
          if (world.isBeaten || memory.version !== world.memory.version) return null;
          world.memory = { ...memory, version: memory.version + 1 };
          return world.memory;
        }),
    },
    audit: { record: async (change) => void world.changes.push(change) },
    tell: async (report) => {
      world.reports.push(report);
      return { trouble: [] };
    },
    invocation: { actor: "publish-trust", requestId: "1" },
    remainingMs: () => 120_000,
  };
}
