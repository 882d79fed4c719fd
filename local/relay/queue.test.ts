import { describe, expect, it } from "vitest";
import { JobQueue, type QueueLimits } from "./queue.ts";

function queueAt(limits: Partial<QueueLimits> = {}) {
  const time = { now: 1_000 };
  const all = { leaseMs: 100, openMax: 10, doneMax: 10, ...limits };
  return { time, queue: new JobQueue(all, () => time.now) };
}

function submitted(queue: JobQueue, content: unknown): string {
  const job = queue.submit(content);
  if (job === "full") throw new Error("the queue is full");
  return job.id;
}

describe("JobQueue", () => {
  it("leases the oldest job first, and each only once", () => {
    const { queue } = queueAt();
    const ids = [submitted(queue, "a"), submitted(queue, "b")];

    expect([queue.lease()?.id, queue.lease()?.id, queue.lease()]).toEqual([...ids, undefined]);
  });

  it("gives a job again at the moment its lease ends, and refuses the first holder's late result", () => {
    const { queue, time } = queueAt();
    const id = submitted(queue, "a");
    const first = queue.lease();
    time.now += 99;
    expect(queue.lease()).toBeUndefined();
    time.now += 1;
    expect(queue.finish(id, first?.lease ?? "", 1)).toBe("not-leased");

    const second = queue.lease();
    expect(second?.id).toBe(id);
    expect(queue.finish(id, first?.lease ?? "", 1)).toBe("not-leased");
    expect(queue.finish(id, second?.lease ?? "", 2)).toBe("done");
    expect(queue.finish(id, first?.lease ?? "", 1)).toBe("not-leased");
    expect(queue.result(id)).toBe(2);
  });

  it("keeps the first result when the same lease brings another", () => {
    const { queue } = queueAt();
    const id = submitted(queue, "a");
    const lease = queue.lease()?.lease ?? "";

    expect([queue.finish(id, lease, 1), queue.finish(id, lease, 2)]).toEqual(["done", "done"]);
    expect(queue.result(id)).toBe(1);
  });

  it("refuses a result for a job that nobody holds, and for one that it never had", () => {
    const { queue } = queueAt();
    const id = submitted(queue, "a");

    expect(queue.finish(id, "mine", 1)).toBe("not-leased");
    expect(queue.finish("nope", "mine", 1)).toBe("unknown");
  });

  it("holds no more open jobs than its limit and forgets the oldest finished ones", () => {
    const { queue } = queueAt({ openMax: 1, doneMax: 1 });
    for (const content of ["a", "b"]) {
      const id = submitted(queue, content);
      expect(queue.submit("one too many")).toBe("full");
      queue.finish(id, queue.lease()?.lease ?? "", content);
    }

    expect(queue.counts()).toEqual({ open: 0, done: 1 });
  });
});
