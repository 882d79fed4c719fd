import { type Chapter, check, until } from "../chapter.ts";
import { protagonists } from "../look.ts";
import { createProducer } from "../producer.ts";

const JOBS = 20;

export const jobs: Chapter = {
  name: "jobs flow from relay to bunny and back",
  async run(stack) {
    const { bunny } = protagonists(stack);
    const { credentials, producerName } = stack.workloads;
    const producer = createProducer(stack, await credentials.issue("Client", producerName));
    const before = bunny.worker.counts().results;
    try {
      for (let job = 0; job < JOBS; job += 1) await producer.submit({ canary: `job ${job}` });
      await until("every job comes back with a result", () => bunny.worker.counts().results >= before + JOBS);
    } finally {
      producer.close();
    }
    const { failedJobs } = bunny.worker.counts();
    check(failedJobs === 0, "no job failed");
    return { jobs: JOBS, results: bunny.worker.counts().results - before };
  },
};
