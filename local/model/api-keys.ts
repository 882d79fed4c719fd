/**
 * One API key between relay and bunny in one process: the real look of the brain over a model of everything else, in a
 * time that only the test moves. Each write of ours is judged when it has its effect, and everybody at each moment.
 */
import { createHash } from "node:crypto";
import type { KeyMemoryStore, KeySecret, KeyVault } from "../../shared/keys/api-key-ports.ts";
import { type KeyLook, type KeyRotation, rotateApiKey } from "../../shared/keys/api-key-rotate.ts";
import type { ApiKeyMemory, DesiredApiKey } from "../../shared/keys/api-key-schema.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { type KeyCall, KeyCalls, KeyProcessEnded } from "./api-key-calls.ts";
import { KeySecretModel } from "./api-key-secret.ts";
import { KeyVaultModel } from "./api-key-vault.ts";
import { IDENTITY, KeyLogModel, KeyPod, KeyReplica } from "./api-key-workloads.ts";
import { randomFrom } from "./weather.ts";

export const KEY_START: Instant = 1_795_000_000;
export const TICK_SECONDS = 10;
const POLL_SECONDS = 20;
const STALE_MAX_SECONDS = 8;

export const DESIRED_KEY: DesiredApiKey = {
  name: "bunny-relay",
  identity: IDENTITY,
  asGood: [IDENTITY],
  callers: [IDENTITY],
  scopes: ["poll", "results"],
  rotateEverySeconds: 30 * 86_400,
  graceSeconds: 1_800,
  proof: "observed",
  provenWithinSeconds: 1_800,
};

/** Who cannot be reached until when. */
export interface Away {
  secret: Instant;
  /** The hand, and so the vault for the brain. */
  hand: Instant;
  /** The vault for pods. */
  vault: Instant;
  log: Instant;
  memory: Instant;
  /** The tunnels between bunny and relay. */
  link: Instant;
}

export interface KeyWorldOptions {
  readonly desired?: Partial<DesiredApiKey>;
  readonly seed?: number;
  readonly isFirstCurrent?: boolean;
}

export class KeyWorld {
  now: Instant = KEY_START;
  readonly away: Away = { secret: 0, hand: 0, vault: 0, log: 0, memory: 0, link: 0 };
  readonly secret: KeySecretModel;
  readonly vault: KeyVaultModel;
  readonly log = new KeyLogModel();
  readonly calls: KeyCalls;
  replicas: KeyReplica[] = [];
  pods: KeyPod[] = [];
  memory: ApiKeyMemory | null = null;
  askedAt: Instant | null = null;
  /** What of the promises was broken, in words. */
  readonly broken: string[] = [];
  /** Everything that the brain said or kept. */
  readonly told: unknown[] = [];
  /** From when on a person has put keys out of the link's reach: then only our own writes are judged. */
  meddledAt: Instant | null = null;
  desired: DesiredApiKey;
  readonly #random: () => number;
  #keysMade = 0;
  #before: readonly string[] = [];

  constructor({ desired = {}, seed = 1, isFirstCurrent = true }: KeyWorldOptions = {}) {
    this.desired = { ...DESIRED_KEY, ...desired };
    this.secret = new KeySecretModel(() => this.now, isFirstCurrent);
    this.vault = new KeyVaultModel(() => this.now);
    this.calls = new KeyCalls((call) => this.#judge(call));
    this.#random = randomFrom(seed);
    for (const name of ["relay-0", "relay-1"]) this.addReplica(name);
  }

  addReplica(name: string): void {
    this.replicas.push(new KeyReplica(name, this.log, this.now + Math.floor(this.#random() * 60)));
  }

  /** One that has nothing to mount does not start. */
  addPod(name: string): void {
    this.pods.push(new KeyPod(name, this.now + Math.floor(this.#random() * 120)));
  }

  /** One look of the brain. A process that dies in it, or is told nothing, says nothing. */
  async look(): Promise<KeyLook | null> {
    try {
      const look = await rotateApiKey(this.rotation(), this.askedAt);
      this.told.push(look.plan, look.outcome, look.failure?.message);
      return look;
    } catch (error) {
      if (error instanceof KeyProcessEnded) return null;
      if (!(error instanceof CloudError)) throw error;
      this.told.push(error.message);
      return null;
    }
  }

  rotation(): KeyRotation {
    return {
      desired: this.desired,
      secret: this.#secretPort(),
      vault: this.#vaultPort(),
      relayLog: {
        read: (usesSeconds) =>
          this.#call("log", "FilterLogEvents", () => this.log.search(this.now, usesSeconds)),
      },
      memory: this.#memoryPort(),
      clock: () => this.now,
      random: (bytes) => this.#bytes(bytes),
      mayWrite: () => Promise.resolve(true),
    };
  }

  /** Time goes on, and with it relay and bunny. */
  tick(seconds: number = TICK_SECONDS): void {
    this.now += seconds;
    const { now, away } = this;
    this.log.awayUntil = away.log;
    this.log.forgetBefore(now - 3_700);
    const read = () =>
      now < away.secret || this.secret.deleted ? null : this.secret.acceptedBy(this.#placedNow());
    for (const replica of this.replicas) replica.tick(now, read);
    const ready = this.replicas.filter((replica) => replica.ready);
    for (const pod of this.pods) {
      pod.mount(now, () => (now < away.vault ? undefined : this.vault.mounted));
      const replica = ready[Math.floor(this.#random() * ready.length)];
      const polls = now % POLL_SECONDS < seconds && now >= away.link;
      if (replica !== undefined && polls) pod.poll(now, replica);
    }
    this.check();
  }

  /** Every replica accepts what every pod holds: whichever of its keys it is left with. */
  check(): void {
    if (this.meddledAt !== null) return;
    for (const replica of this.replicas.filter(({ ready }) => ready))
      for (const pod of this.pods)
        for (const keyId of pod.holds)
          if (!replica.accepts(keyId)) this.#break(`${replica.name} does not accept what ${pod.name} holds`);
  }

  #break(what: string): void {
    this.broken.push(`after ${this.now - KEY_START} s: ${what}`);
  }

  /** By the labels, and so by relay once it has looked: no write of ours may make that worse. */
  #judge({ operation }: KeyCall): void {
    const before = this.#before;
    const after = this.secret.acceptedBy(this.secret.placed);
    const servedBy = (accepted: readonly string[]) =>
      this.pods.filter(({ holds }) => holds.some((keyId) => accepted.includes(keyId))).length;
    if (servedBy(after) < servedBy(before)) this.#break(`${operation} takes a key away that a pod needs`);
    const { mounted } = this.vault;
    if (operation !== "setSecret" || mounted === undefined) return;
    const behind = this.replicas.filter((replica) => replica.ready && !replica.accepts(mounted));
    if (this.meddledAt === null && behind.length > 0)
      this.#break(`setSecret pushes a key that ${behind.length} replicas have not loaded`);
  }

  async #call<T>(cloud: "secret" | "hand" | "log" | "memory", operation: string, run: () => T): Promise<T> {
    this.#before = this.secret.acceptedBy(this.secret.placed);
    const isAway = this.now < this.away[cloud];
    return await this.calls.perform(cloud, operation, () => {
      if (!isAway) return run();
      const provider = cloud === "hand" ? "azure" : "aws";
      throw new CloudError({ provider, operation, target: cloud, code: "unreachable", retryable: true });
    });
  }

  #secretPort(): KeySecret {
    const { secret } = this;
    return {
      readLabels: () =>
        this.#call("secret", "DescribeSecret", () =>
          secret.deleted ? "deleted" : secret.labelsOf(this.#placedNow()),
        ),
      readKey: (versionId) => this.#call("secret", "GetSecretValue", () => secret.keyOf(versionId)),
      write: (versionId, value) =>
        this.#call("secret", "PutSecretValue", () => secret.write(versionId, value)),
      move: (label, from, to) =>
        this.#call("secret", "UpdateSecretVersionStage", () => secret.move(label, from, to)),
    };
  }

  #vaultPort(): KeyVault {
    return {
      readKey: () => this.#call("hand", "listPropertiesOfSecretVersions", () => this.vault.read()),
      setKey: ({ facts }, over) => this.#call("hand", "setSecret", () => this.vault.set(facts.id, over)),
    };
  }

  #memoryPort(): KeyMemoryStore {
    let read: ApiKeyMemory | null = null;
    return {
      read: () =>
        this.#call("memory", "GetItem", () => {
          read = this.memory;
          return read;
        }),
      write: (memory) =>
        this.#call("memory", "PutItem", () => {
          if (this.memory !== read) return "elsewhere";
          this.memory = memory;
          this.told.push(memory);
          return "kept";
        }),
    };
  }

  #placedNow() {
    return this.secret.placedAgo(Math.floor(this.#random() * (STALE_MAX_SECONDS + 1)));
  }

  #bytes(count: number): Uint8Array {
    this.#keysMade += 1;
    const hash = createHash("sha256").update(`${this.#random()} ${this.#keysMade}`);
    return hash.digest().subarray(0, count);
  }
}
