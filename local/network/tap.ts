/**
 * Shows the bodies of all requests and answers to the kernel's tap. This is the one place where traffic of the
 * local network is seen, so a scan for what must never cross a wire cannot miss a server.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Kernel } from "../stand-in/kernel.ts";

const callers = new WeakMap<IncomingMessage, string>();

/** A stand-in says who called, once it knows: a principal id, a role's ARN. Until then it is "anonymous". */
export function nameCaller(request: IncomingMessage, caller: string): void {
  callers.set(request, caller);
}

/**
 * Wraps a server's listener. Both sightings carry the caller as `from` and the host as `to`; the answer's
 * `what` ends in " answer". They are told just before the end of the answer goes out, so whoever has the answer
 * can count on them; what comes after that, or with a connection that breaks, is told when it closes.
 */
export function tapped(kernel: Kernel, host: string, listener: RequestListener): RequestListener {
  return (request, response) => {
    const what = `${request.method ?? "GET"} ${(request.url ?? "/").split("?")[0]}`;
    let told = false;
    const tell = () => {
      const from = callers.get(request) ?? "anonymous";
      for (const [suffix, kept] of [["", received] as const, [" answer", answered] as const]) {
        const bytes = Buffer.concat(kept.splice(0));
        if (!told || bytes.length > 0) kernel.tap({ from, to: host, what: `${what}${suffix}`, bytes });
      }
      told = true;
    };
    const received = keepRequest(request);
    const answered = keepAnswer(response, tell);
    response.once("close", tell);
    listener(request, response);
  };
}

/**
 * Node's parser hands each piece of a body to `push`. Listening for "data" instead would make the stream flow
 * before a listener that awaits something first has begun to read, and it would lose the beginning.
 */
function keepRequest(request: IncomingMessage): Buffer[] {
  const kept: Buffer[] = [];
  const push = request.push.bind(request);
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    keep(kept, chunk, encoding);
    return push(chunk, encoding);
  };
  return kept;
}

function keepAnswer(response: ServerResponse, beforeEnd: () => void): Buffer[] {
  const kept: Buffer[] = [];
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  let ending = false;
  response.write = (...args: unknown[]) => {
    // `end` with a chunk may come through `write` as well; it must not be kept twice.
    if (!ending) keep(kept, args[0], args[1]);
    return Reflect.apply(write, response, args);
  };
  response.end = (...args: unknown[]) => {
    if (!ending) keep(kept, args[0], args[1]);
    ending = true;
    beforeEnd();
    return Reflect.apply(end, response, args);
  };
  return kept;
}

function keep(kept: Buffer[], chunk: unknown, encoding: unknown): void {
  if (typeof chunk === "string") {
    const known = typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : "utf8";
    kept.push(Buffer.from(chunk, known));
  } else if (chunk instanceof Uint8Array) {
    kept.push(Buffer.from(chunk));
  }
}
