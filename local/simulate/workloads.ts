/**
 * relay's replicas and bunny's pods, as docs/workloads.md asks them to be: a pod keeps its last working certificate and key
 * until relay has answered one with the new ones.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { PinnedCa } from "../../shared/certificates/pinned.ts";
import { Serial } from "../../shared/certificates/schema.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { KeyPod, type KeyReplica } from "../model/api-key-workloads.ts";
import type { ModelEntry } from "../model/vault.ts";

export type HeldCertificate = ModelEntry["versions"][number];

const MOUNT_SECONDS = 120;
const AGAIN_SECONDS = 60;

/** What relay answers a pod that comes with a certificate. */
export interface Answered {
  readonly replica: string;
  readonly held: HeldCertificate;
  /** Null: it does not look at the key of a certificate that it does not take. */
  readonly key: { readonly id: string | undefined; readonly isAccepted: boolean } | null;
}
type Hears = (answered: Answered) => void;

export class Pod {
  readonly key: KeyPod;
  /** In its file, and the last one that worked. */
  file: HeldCertificate | undefined;
  working: HeldCertificate | undefined;
  #nextMountAt: Instant;
  #refusedAt: Instant = 0;

  constructor(name: string, startAt: Instant) {
    this.key = new KeyPod(name, startAt);
    this.#nextMountAt = startAt;
  }

  mount(now: Instant, newest: () => HeldCertificate | undefined, key: () => string | undefined): void {
    this.key.mount(now, key);
    if (now < this.#nextMountAt || now < this.key.lateUntil) return;
    this.#nextMountAt = now + MOUNT_SECONDS;
    const found = newest();
    if (found?.enabled === true) this.file = found;
  }

  /** Its process starts again: there are only the files. */
  restart(): void {
    this.working = undefined;
    this.key.restart();
  }

  /** The serial with which it came; null when relay did not let it in. */
  poll(
    now: Instant,
    replica: KeyReplica,
    accepts: (held: HeldCertificate) => boolean,
    hears: Hears = () => undefined,
  ): Serial | null {
    const { name } = replica;
    const tries = (held: HeldCertificate) => {
      const isAccepted = accepts(held);
      if (!isAccepted) hears({ replica: name, held, key: null });
      return isAccepted;
    };
    const held = this.#choose(now, tries);
    if (held === undefined) return null;
    this.key.poll(now, replica, (id, isAccepted) => hears({ replica: name, held, key: { id, isAccepted } }));
    return serialOf(held);
  }

  get holds(): readonly HeldCertificate[] {
    return [...new Set([this.file, this.working])].filter((held) => held !== undefined);
  }

  #choose(now: Instant, accepts: (held: HeldCertificate) => boolean): HeldCertificate | undefined {
    const { file, working } = this;
    const mayTry = now >= this.#refusedAt + AGAIN_SECONDS || working === undefined;
    if (file !== undefined && file !== working && mayTry) {
      if (accepts(file)) this.working = file;
      else this.#refusedAt = now;
    }
    const held = this.working;
    return held !== undefined && accepts(held) ? held : undefined;
  }
}

/** What never changes of a certificate is found out once: to read one takes long. */
interface Known {
  readonly serial: Serial;
  readonly notAfter: Instant;
  readonly isSound: boolean;
}
const known = new WeakMap<HeldCertificate, Known>();

export function knownOf(held: HeldCertificate, [pinned]: readonly [PinnedCa]): Known {
  const found = known.get(held) ?? read(held, pinned);
  known.set(held, found);
  return found;
}

const serialOf = (held: HeldCertificate): Serial | null => known.get(held)?.serial ?? null;

/** Its own key, under the link's CA with the whole chain, for clients. */
function read({ leaf, chain, privateKeyPem }: HeldCertificate, pinned: PinnedCa): Known {
  const certificate = new X509Certificate(leaf);
  const isSound =
    certificate.verify(new X509Certificate(pinned.chain[0]).publicKey) &&
    certificate.checkPrivateKey(createPrivateKey(privateKeyPem)) &&
    Buffer.concat(chain).equals(Buffer.concat([...pinned.chain])) &&
    certificate.keyUsage.join() === "1.3.6.1.5.5.7.3.2" &&
    certificate.subjectAltName === "DNS:bunny.example.com";
  return {
    serial: Serial.parse(certificate.serialNumber),
    notAfter: Math.floor(certificate.validToDate.getTime() / 1_000),
    isSound,
  };
}
