/** What relay answers. Only called for clients that were let in; nothing here logs. */
import type { IncomingMessage } from "node:http";
import * as z from "zod";
import type { Scope } from "../../shared/keys/api-key-schema.ts";
import { type Answer, HttpError, parseJson } from "./http.ts";
import type { JobQueue } from "./queue.ts";

const Submission = z.strictObject({ content: z.json() });
const Result = z.strictObject({ lease: z.uuid(), result: z.json() });

const RESULTS = /^\/jobs\/([^/]+)\/results$/;

/** What an API key has to be good for; undefined where none is asked for: relay's own people bring the jobs. */
export function scopeOf(request: IncomingMessage): Scope | undefined {
  const path = pathOf(request);
  if (path === "/jobs/poll") return "poll";
  return RESULTS.test(path) ? "results" : undefined;
}

/** Throws `HttpError` for everything that the caller has to fix. */
export function route(request: IncomingMessage, body: Uint8Array, queue: JobQueue): Answer {
  const path = pathOf(request);
  if (path === "/jobs") {
    allow(request, "POST");
    return submit(parse(Submission, parseJson(request, body)), queue);
  }
  if (path === "/jobs/poll") {
    allow(request, "GET");
    return poll(queue);
  }
  const id = RESULTS.exec(path)?.[1];
  if (id !== undefined) {
    allow(request, "POST");
    return finish(id, parse(Result, parseJson(request, body)), queue);
  }
  throw new HttpError(404, "no-such-route", "the routes are /jobs, /jobs/poll and /jobs/{id}/results");
}

const pathOf = ({ url = "" }: IncomingMessage): string => url.split("?")[0] ?? "";

function submit(submission: z.infer<typeof Submission>, queue: JobQueue): Answer {
  const job = queue.submit(submission.content);
  if (job === "full") {
    throw new HttpError(503, "queue-full", "too many jobs wait; send it again later", { "retry-after": "5" });
  }
  return { status: 202, body: job };
}

function poll(queue: JobQueue): Answer {
  const job = queue.lease();
  if (job === undefined) return { status: 204 };
  const { id, lease, content } = job;
  return {
    status: 200,
    body: { id, lease, leaseEndsAt: new Date(job.leaseEndsAtMs).toISOString(), content },
  };
}

function finish(id: string, { lease, result }: z.infer<typeof Result>, queue: JobQueue): Answer {
  const outcome = queue.finish(id, lease, result);
  switch (outcome) {
    case "done":
      return { status: 204 };
    case "unknown":
      throw new HttpError(404, "unknown-job", "there is no such job, or it was finished long ago");
    case "not-leased":
      throw new HttpError(409, "not-leased", "the lease has ended, or it is another's; poll again");
  }
}

function allow(request: IncomingMessage, method: "GET" | "POST"): void {
  if (request.method === method) return;
  throw new HttpError(405, "method-not-allowed", `use ${method} here`, { allow: method });
}

/** Faults are named by path only: their texts could quote the value, and the value is health data. */
function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => issue.path.join(".") || "the document itself");
  throw new HttpError(
    400,
    "malformed-body",
    `the body does not have the route's form at: ${paths.join(", ")}`,
  );
}
