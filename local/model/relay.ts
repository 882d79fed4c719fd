/**
 * relay's side of the certificate concern in one process: the real verbs over a secret in memory, and relay's replicas,
 * which load what is staged and serve what is current whenever a test lets them look.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Brain } from "../../shared/certificates/brain.ts";
import { relayCertificates } from "../../shared/certificates/desired.ts";
import { relaySide } from "../../shared/certificates/relay-side.ts";
import { renewCertificates } from "../../shared/certificates/renew.ts";
import { Serial } from "../../shared/certificates/schema.ts";
import { CURRENT, type LabelledVersion, PENDING } from "../../shared/certificates/staged-secret.ts";
import { parseVersion } from "../../shared/certificates/stored-version.ts";
import type { LinkInput } from "../../shared/link/schema.ts";
import { createModel, type Model, START } from "./brain.ts";
import { linkOf } from "./link.ts";
import { type ModelReplicas, modelReplicas } from "./replicas.ts";
import { type FirstVersion, type ModelSecret, modelSecret } from "./secret.ts";

export const READER = "arn:aws:iam::111122223333:role/relay";

type RelayCertificateInput = NonNullable<LinkInput["relay"]["certificate"]>;

/** As the link has it, and beside it what else differs. */
export interface RelayChanges extends Partial<RelayCertificateInput> {
  /** The CA's. Left out: short-lived. */
  readonly mode?: "short-lived" | "general-purpose";
}

export interface RelayModel extends Model {
  readonly secret: ModelSecret;
  readonly replicas: ModelReplicas;
  /** These replicas look at the secret, and say what they serve and what is ready to follow it. */
  look(...replicas: readonly string[]): void;
  /** The serial of the certificate with this label; undefined when there is none. */
  serialOf(label: string): Serial | undefined;
}

export async function createRelayModel(
  { mode = "short-lived", ...changes }: RelayChanges = {},
  firstVersion: FirstVersion = "current",
): Promise<RelayModel> {
  const certificate = { readers: [READER], jitter: "0 seconds", ...changes };
  const relay = { host: "relay.example.com", log: { group: "/example/relay", create: true }, certificate };
  const certificateAuthority = { commonName: "Test CA", mode };
  const model = await createModel({ link: linkOf({ bunny: [{}] }, { relay, certificateAuthority }) });
  const { authority, calls, clock, link } = model;
  authority.purpose = "server";
  const [desired] = relayCertificates(link);
  if (desired === undefined) throw new Error("a link without a certificate of relay's");
  const secret = modelSecret(calls, clock, firstVersion);
  const replicas = modelReplicas(calls, clock);
  const side = relaySide({
    desired,
    secret,
    replicas,
    pinned: authority.pinned,
    clock: clock.now,
    changeIds: () => ({ "secrets-manager": "change-1" }),
  });
  const brain = (timeLimitMs?: number): Brain => {
    const { requestId } = model.brain().invocation;
    const invocation = { actor: "renew-relay-certificate", requestId };
    return { ...model.brain(timeLimitMs), ...side, invocation, concern: "relay-certificate" };
  };
  const serialOf = (label: string) => certificateOf(secret, label)?.serial;
  return {
    ...model,
    secret,
    replicas,
    brain,
    run: (timeLimitMs) => renewCertificates(brain(timeLimitMs)),
    serialOf,
    look(...names) {
      const serials = [serialOf(CURRENT), serialOf(PENDING)].filter((serial) => serial !== undefined);
      // One that has nothing to serve does not start.
      if (serialOf(CURRENT) === undefined) return;
      for (const name of names) replicas.say(name, ...new Set(serials));
    },
  };
}

const REPLICAS = ["relay-0", "relay-1"];
const LOOK_SECONDS = 900;

/** Issued, promoted, and served by two replicas. */
export async function servingRelay(changes: RelayChanges = {}): Promise<RelayModel> {
  const model = await createRelayModel(changes);
  await model.run();
  model.clock.advance(LOOK_SECONDS);
  model.look(...REPLICAS);
  await model.run();
  return model;
}

/** The renewal is due, and the replicas have just spoken. */
export async function dueRelay(changes: RelayChanges = {}): Promise<RelayModel> {
  const model = await servingRelay(changes);
  model.clock.moveTo(START + Math.floor((604_800 * 2) / 3));
  model.look(...REPLICAS);
  return model;
}

/** Renewed: the new one is staged, and no replica has loaded it. */
export async function stagedRelay(changes: RelayChanges = {}): Promise<RelayModel> {
  const model = await dueRelay(changes);
  await model.run();
  return model;
}

interface Held {
  readonly serial: Serial;
  readonly leaf: X509Certificate;
  readonly chain: readonly Uint8Array[];
  readonly privateKeyPem: string;
}

/** What is read of a version stays with it: a version never changes, and to read one takes long. */
const heldIn = new WeakMap<LabelledVersion, Held | null>();

function certificateOf({ versions, labels }: ModelSecret, label: string): Held | undefined {
  const version = versions.get(labels.get(label) ?? "");
  if (version === undefined) return undefined;
  const held = heldIn.get(version) ?? readHeld(version) ?? null;
  heldIn.set(version, held);
  return held ?? undefined;
}

function readHeld({ value }: LabelledVersion): Held | undefined {
  const stored = parseVersion(value);
  if (stored?.kind !== "certificate") return undefined;
  const leaf = new X509Certificate(stored.chain[0]);
  const privateKeyPem = stored.privateKey.unwrap();
  return { leaf, privateKeyPem, chain: stored.chain, serial: Serial.parse(leaf.serialNumber) };
}

/** Whether relay can serve: a current certificate with its own key, unended, under the pinned CA, for servers. */
export function isServable({ authority, clock, secret }: RelayModel): boolean {
  const current = certificateOf(secret, CURRENT);
  const [pinned] = authority.pinned;
  if (current === undefined) return false;
  const { leaf, chain, privateKeyPem } = current;
  return (
    leaf.checkPrivateKey(createPrivateKey(privateKeyPem)) &&
    leaf.verify(new X509Certificate(pinned.chain[0]).publicKey) &&
    leaf.validToDate.getTime() > clock.nowMs() &&
    leaf.keyUsage.join() === "1.3.6.1.5.5.7.3.1" &&
    Buffer.concat(chain.slice(1)).equals(Buffer.concat([...pinned.chain]))
  );
}

/** Private keys of the secret that stand where none may: in the log, the record of changes, or an intent. */
export function leakedKeys({ secret, records, audit, journal }: RelayModel): string[] {
  const told = JSON.stringify([records, audit.changes, [...journal.intents.values()]]);
  const texts = [...secret.versions.values()].flatMap(({ value }) => value?.unwrap().split(/\\n|"/) ?? []);
  return texts.filter((text) => text.length > 40 && told.includes(text));
}
