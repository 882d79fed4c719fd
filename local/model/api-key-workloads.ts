/**
 * relay's replicas and bunny's pods, as docs/workloads.md asks them to be: a replica looks each minute and keeps what it
 * no longer finds for one look more; a pod keeps its last working key until relay has answered one with the new one.
 */
import type { Heard, KeyLog, LoadedKeys } from "../../shared/keys/api-key-schema.ts";
import type { Instant } from "../../shared/runtime/instant.ts";

export const LOOK_SECONDS = 60;
/** Of all that come to it. */
export const IDENTITY = "bunny.example.com";
const MOUNT_SECONDS = 120;
const AGAIN_SECONDS = 60;
const HEARD_WITHIN_SECONDS = 300;

interface Line {
  readonly at: Instant;
  /** When a search finds it. */
  deliveredAt: Instant;
  readonly loaded?: LoadedKeys;
  readonly used?: string;
}

/** relay's log in CloudWatch. */
export class KeyLogModel {
  #lines: Line[] = [];
  delaySeconds = 5;
  /** Nothing arrives before; what was said meanwhile arrives then. */
  awayUntil: Instant = 0;

  say(line: Pick<Line, "at" | "loaded" | "used">): void {
    this.#lines.push({ ...line, deliveredAt: Math.max(line.at, this.awayUntil) + this.delaySeconds });
  }

  forgetBefore(at: Instant): void {
    if ((this.#lines[0]?.at ?? at) < at - 300) this.#lines = this.#lines.filter((line) => line.at >= at);
  }

  #heard(at: readonly Instant[]): Heard[] {
    return at.length === 0 ? [] : [{ identity: IDENTITY, at: at.toSorted((one, other) => one - other) }];
  }

  search(now: Instant, usesSeconds: number): KeyLog {
    const lines = this.#lines
      .filter(({ deliveredAt }) => deliveredAt <= now)
      .toSorted((one, other) => one.at - other.at);
    const latest = new Map<string, LoadedKeys>();
    const heardAt: Instant[] = [];
    const used = new Map<string, Instant[]>();
    for (const { at, loaded, used: keyId } of lines) {
      if (loaded !== undefined && at >= now - HEARD_WITHIN_SECONDS) {
        latest.set(loaded.replica, loaded);
        heardAt.push(at);
      }
      if (keyId !== undefined && at >= now - usesSeconds) used.set(keyId, [...(used.get(keyId) ?? []), at]);
    }
    const uses = [...used].map(([keyId, at]) => ({ keyId, at }));
    const heard = this.#heard(uses.flatMap(({ at }) => at));
    return { replicas: [...latest.values()], heardAt, used: uses, heard };
  }
}

export class KeyReplica {
  readonly name: string;
  readonly #log: KeyLogModel;
  /** Key -> how often it was not found in a row. */
  readonly #missed = new Map<string, number>();
  readonly #saidUse = new Map<string, Instant>();
  #nextLookAt: Instant;
  #saidAt: Instant = -LOOK_SECONDS;
  /** It has loaded once, and answers. */
  ready = false;
  /** It looks for nothing before; it speaks all the same. */
  lateUntil: Instant = 0;

  constructor(name: string, log: KeyLogModel, startAt: Instant) {
    this.name = name;
    this.#log = log;
    this.#nextLookAt = startAt;
  }

  accepts(keyId: string | undefined): boolean {
    return keyId !== undefined && this.#missed.has(keyId);
  }

  /** `read` gives the keys that have a label; null when the secret cannot be read. */
  tick(now: Instant, read: () => readonly string[] | null): void {
    let isNew = false;
    if (now >= this.#nextLookAt && now >= this.lateUntil) {
      this.#nextLookAt = now + LOOK_SECONDS;
      isNew = this.#load(read());
    }
    if (!this.ready || (!isNew && now < this.#saidAt + LOOK_SECONDS)) return;
    this.#saidAt = now;
    this.#log.say({ at: now, loaded: { replica: this.name, at: now, keyIds: this.#found() } });
  }

  #load(found: readonly string[] | null): boolean {
    if (found === null) return false;
    const before = this.#found().join();
    for (const [keyId, misses] of this.#missed) {
      if (misses > 0) this.#missed.delete(keyId);
      else this.#missed.set(keyId, 1);
    }
    for (const keyId of found) this.#missed.set(keyId, 0);
    this.ready = true;
    return before !== this.#found().join();
  }

  /** What it only keeps for one look more is not said to be loaded. */
  #found(): string[] {
    return [...this.#missed].flatMap(([keyId, misses]) => (misses === 0 ? [keyId] : [])).toSorted();
  }

  /** A request of this pod with this key: said at the first one, and again each minute. */
  answer(pod: string, keyId: string | undefined, now: Instant): boolean {
    if (keyId === undefined || !this.accepts(keyId)) return false;
    const use = `${pod} ${keyId}`;
    if (now >= (this.#saidUse.get(use) ?? -LOOK_SECONDS) + LOOK_SECONDS) {
      this.#saidUse.set(use, now);
      this.#log.say({ at: now, used: keyId });
    }
    return true;
  }
}

export class KeyPod {
  readonly name: string;
  /** The key in its file, and the last one that worked. */
  file: string | undefined;
  working: string | undefined;
  #nextMountAt: Instant;
  #againAt: Instant = 0;
  #refused: string | undefined;
  /** Its file is not looked after before. */
  lateUntil: Instant = 0;
  refusedPolls = 0;

  constructor(name: string, startAt: Instant) {
    this.name = name;
    this.#nextMountAt = startAt;
  }

  /** `mounted`: what the vault gives; undefined when nothing. */
  mount(now: Instant, mounted: () => string | undefined): void {
    if (now < this.#nextMountAt || now < this.lateUntil) return;
    this.#nextMountAt = now + MOUNT_SECONDS;
    this.file = mounted() ?? this.file;
  }

  /** Its process starts again: there is only the file. */
  restart(): void {
    this.working = undefined;
    this.#refused = undefined;
  }

  /** `hears`: what the replica answers each time. */
  poll(
    now: Instant,
    replica: KeyReplica,
    hears: (keyId: string | undefined, isAccepted: boolean) => void = () => undefined,
  ): void {
    const asks = (keyId: string | undefined): boolean => {
      const isAccepted = replica.answer(this.name, keyId, now);
      hears(keyId, isAccepted);
      return isAccepted;
    };
    const isNew = this.file !== undefined && this.file !== this.working;
    const mayTry = this.file !== this.#refused || now >= this.#againAt || this.working === undefined;
    if (isNew && mayTry) {
      if (asks(this.file)) {
        this.working = this.file;
        return;
      }
      this.#refused = this.file;
      this.#againAt = now + AGAIN_SECONDS;
    }
    if (this.working === undefined && this.file === undefined) return;
    if (!asks(this.working)) this.refusedPolls += 1;
  }

  /** By what it holds it would get in, whatever becomes of its process. */
  get holds(): readonly string[] {
    return [...new Set([this.file, this.working])].filter((keyId) => keyId !== undefined);
  }
}
