/** Work for bunny while something else is watched: jobs at a steady pace, of which none may be lost. */
import { setTimeout as pause } from "node:timers/promises";
import type { Stack } from "../stack/stack.ts";
import { createProducer } from "./producer.ts";

const JOB_EVERY_MS = 20;

/** Jobs at a steady pace until `stop`, which tells how many there were. */
export async function startLoad(stack: Stack) {
  const { credentials, producerName } = stack.workloads;
  const producer = createProducer(stack, await credentials.issue("Client", producerName));
  let stopped = false;
  const running = (async () => {
    let count = 0;
    for (; !stopped; count += 1) {
      await producer.submit({ canary: `load ${count}` });
      await pause(JOB_EVERY_MS);
    }
    producer.close();
    return count;
  })();
  // Whoever stops the load gets its failure; until then it is not an unhandled one.
  running.catch(() => {});
  return {
    stop: async () => {
      stopped = true;
      return await running;
    },
  };
}
