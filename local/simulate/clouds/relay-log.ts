/**
 * relay's log in CloudWatch, as far as it tells of callers: what relay writes, one stream for each replica, and what a
 * subscription filter makes of it: batches of a stream's lines, in gzip in base64, that come late, twice, in another order,
 * and cut anew. Of each line it is known whether a run was given it, and whether one has taken it to its end.
 */
import { gzipSync } from "node:zlib";
import type { Instant } from "../../../shared/runtime/instant.ts";
import { ACCOUNT, FILTER, RELAY_LOG } from "../callers-input.ts";
import type { Draw } from "../draw.ts";
import type { FaultOf } from "../faults.ts";

export interface Said {
  readonly at: Instant;
  /** By which replica. */
  readonly stream: string;
  /** bunny itself, somebody in its network, or anybody. */
  readonly who: "own" | "near" | "stranger";
  /** Why it was refused; null: it was let in. */
  readonly reason: string | null;
  /** In its canonical form. */
  readonly source: string;
  readonly serial: string | null;
  readonly message: string;
}

export interface SaidLine extends Said {
  readonly id: string;
  /** When a run was first given it, and when one that was has first ended well. */
  givenAt: Instant | null;
  takenAt: Instant | null;
  /** When a run was last given it. */
  lastGivenAt: Instant | null;
}

export interface LogDelivery {
  readonly lines: readonly SaidLine[];
  readonly afterSeconds: number;
}

/** An incident of a caller may stand for a day, and its lines are asked about. */
const KEPT_SECONDS = 90_000;
const GATHERED_SECONDS = 20;
/** As a rule. */
const DELIVERED_WITHIN_SECONDS = 20;
const AGAIN_WITHIN_SECONDS = 240;
/** CloudWatch hands over no more than fit into an event; a batch is never so large here. */
const BATCH_MAX = 200;

export class RelayLog {
  /** In the order in which they were written. */
  lines: SaidLine[] = [];
  /** Time is leapt over: what relay would have said meanwhile is not looked at. */
  isLeapt = false;
  #waiting: SaidLine[] = [];
  #count = 0;

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  say(said: Said): void {
    if (this.isLeapt) return;
    this.#count += 1;
    const id = String(this.#count).padStart(56, "0");
    const line = { ...said, id, givenAt: null, takenAt: null, lastGivenAt: null };
    if ((this.lines[0]?.at ?? said.at) < said.at - 2 * KEPT_SECONDS)
      this.lines = this.lines.filter(({ at }) => at >= said.at - KEPT_SECONDS);
    this.lines.push(line);
    this.#waiting.push(line);
  }

  /** What is on its way from now on: lines are gathered for a while. */
  handOver(now: Instant, draw: Draw, how: FaultOf<"log-deliveries"> | undefined): LogDelivery[] {
    if (now < (this.#waiting[0]?.at ?? now) + GATHERED_SECONDS) return [];
    const waiting = this.#waiting.splice(0);
    const streams = [...new Set(waiting.map(({ stream }) => stream))];
    return streams.flatMap((stream) => {
      const lines = waiting.filter((line) => line.stream === stream);
      return chunksOf(lines, BATCH_MAX).flatMap((batch) => deliveriesOf(draw, batch, how));
    });
  }
}

function deliveriesOf(
  draw: Draw,
  lines: readonly SaidLine[],
  how: FaultOf<"log-deliveries"> | undefined,
): LogDelivery[] {
  const afterSeconds = draw.whole(1, how?.lateSecondsMax ?? DELIVERED_WITHIN_SECONDS);
  const once = { lines, afterSeconds };
  if (how === undefined || !draw.chance(how.twice)) return [once];
  const again = afterSeconds + draw.whole(0, AGAIN_WITHIN_SECONDS);
  if (!draw.chance(how.cut)) return [once, { lines, afterSeconds: again }];
  const half = Math.ceil(lines.length / 2);
  const cut = [lines.slice(half), lines.slice(0, half)].filter((part) => part.length > 0);
  return [once, ...cut.map((part) => ({ lines: part, afterSeconds: again }))];
}

const chunksOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** As Lambda is given it. */
export function eventOf(lines: readonly SaidLine[]) {
  const content = {
    messageType: "DATA_MESSAGE",
    owner: ACCOUNT,
    logGroup: RELAY_LOG,
    logStream: lines[0]?.stream ?? "",
    subscriptionFilters: [FILTER],
    logEvents: lines.map(({ id, at, message }) => ({ id, timestamp: at * 1_000, message })),
  };
  return { awslogs: { data: gzipSync(JSON.stringify(content)).toString("base64") } };
}
