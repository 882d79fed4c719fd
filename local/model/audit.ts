/** The record of changes in memory: its outbox, and what was filed. */
import type { Audit } from "../../shared/journal/audit.ts";
import { ChangeRecord, inOrder, keyOf } from "../../shared/journal/change.ts";
import type { Calls } from "./calls.ts";
import type { ModelClock } from "./clock.ts";

export interface ModelAudit extends Audit {
  /** Not told yet, by time and id. */
  readonly outbox: ReadonlyMap<string, ChangeRecord>;
  /** Told, by time and id. */
  readonly filed: ReadonlyMap<string, ChangeRecord>;
  /** Everything recorded, in order, each change once. */
  readonly changes: readonly ChangeRecord[];
}

const PAGE = 100;

export function modelAudit(calls: Calls, clock: ModelClock): ModelAudit {
  const outbox = new Map<string, ChangeRecord>();
  const filed = new Map<string, ChangeRecord>();
  const all = () => inOrder([...outbox.values(), ...filed.values()]);
  let lastMs = 0;
  const stamp = () => {
    lastMs = Math.max(clock.nowMs(), lastMs + 1);
    return new Date(lastMs).toISOString();
  };
  return {
    outbox,
    filed,
    get changes() {
      return all();
    },
    record: (change) =>
      calls.perform("audit.record", change.target, () => {
        const stamped = ChangeRecord.parse({ ...change, at: stamp() });
        outbox.set(keyOf(stamped), stamped);
      }),
    readOutbox: (after) =>
      calls.perform("audit.read-outbox", "", () => {
        // The stamps only grow, so the outbox is in order.
        const waiting = [...outbox.keys()].filter((key) => after === null || key > after);
        const page = waiting.slice(0, PAGE);
        const changes = page.flatMap((key) => outbox.get(key) ?? []);
        return { changes, unreadable: [], next: waiting.length > PAGE ? (page.at(-1) ?? null) : null };
      }),
    file: (told) =>
      calls.perform("audit.file", "", () => {
        for (const change of told) {
          filed.set(keyOf(change), change);
          outbox.delete(keyOf(change));
        }
      }),
    history: ({ target, kinds, limit }) =>
      calls.perform("audit.history", target ?? "", () => {
        const wanted = [...outbox.values(), ...filed.values()].filter(
          (change) =>
            (target === null || change.target === target) &&
            (kinds === undefined || kinds.includes(change.kind)),
        );
        return { changes: inOrder(wanted).toReversed().slice(0, limit), cut: false };
      }),
  };
}
