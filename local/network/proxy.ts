/**
 * The way out of every process of the local run: a CONNECT proxy that ends TLS itself, so that production URLs
 * reach stand-ins. Only hosts that were registered exist; every other one is refused and noted, which makes the
 * proxy an egress allow-list as well.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Duplex } from "node:stream";
import type { Kernel } from "../stand-in/kernel.ts";
import { LOOPBACK, listen } from "./listen.ts";
import type { LocalCa } from "./local-ca.ts";
import { tapped } from "./tap.ts";

/** What a refused client tried is kept up to this many times: a loop must not fill the memory. */
const REFUSED_MAX = 1_000;

export interface RefusedConnect {
  /** As asked for: `host:port`. */
  readonly target: string;
  readonly atMs: number;
}

export interface LocalProxy {
  readonly host: string;
  readonly port: number;
  /** For `HTTPS_PROXY`. */
  readonly url: string;
  /** Answers for one host, or, when the name begins with a dot, for all hosts that end in it. */
  serve(hostOrSuffix: string, listener: RequestListener): void;
  refused(): readonly RefusedConnect[];
  close(): Promise<void>;
}

export async function startProxy(options: {
  readonly kernel: Kernel;
  readonly ca: LocalCa;
}): Promise<LocalProxy> {
  const listeners = new Map<string, RequestListener>();
  const tlsServers = new Map<string, Promise<Server>>();
  const refused: RefusedConnect[] = [];
  const sockets = new Set<Duplex>();

  function tlsServerOf(host: string, listener: RequestListener): Promise<Server> {
    const known = tlsServers.get(host);
    if (known !== undefined) return known;
    const fresh = startTlsServer(options, host, listener);
    tlsServers.set(host, fresh);
    return fresh;
  }

  async function connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const target = (request.url ?? "").toLowerCase();
    const host = target.endsWith(":443") ? target.slice(0, -":443".length) : undefined;
    const listener = host === undefined ? undefined : listenerOf(listeners, host);
    if (host === undefined || listener === undefined) {
      if (refused.length < REFUSED_MAX) refused.push({ target, atMs: Date.now() });
      socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return;
    }
    const server = await tlsServerOf(host, listener);
    if (socket.destroyed) return;
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    server.emit("connection", socket);
  }

  const server = createServer((request, response) => {
    // A plain request means that a client was configured for http: nothing in this world speaks it.
    if (refused.length < REFUSED_MAX) refused.push({ target: request.url ?? "/", atMs: Date.now() });
    response.writeHead(502).end();
  });
  server.on("connect", (request, socket, head) => {
    connect(request, socket, head).catch(() => socket.destroy());
  });
  const port = await listen(server);

  return {
    host: LOOPBACK,
    port,
    url: `http://${LOOPBACK}:${port}`,
    serve(hostOrSuffix, listener) {
      const name = hostOrSuffix.toLowerCase();
      if (listeners.has(name)) throw new Error(`${name} is already served by the local proxy`);
      listeners.set(name, listener);
    },
    refused: () => [...refused],
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function startTlsServer(
  options: { readonly kernel: Kernel; readonly ca: LocalCa },
  host: string,
  listener: RequestListener,
): Promise<Server> {
  const certificate = await options.ca.serverCertificate(host);
  // It never listens: its connections are the tunnels that the proxy hands over.
  return createTlsServer(certificate, tapped(options.kernel, host, listener));
}

/** An exact name before a suffix, a longer suffix before a shorter one. */
function listenerOf(
  listeners: ReadonlyMap<string, RequestListener>,
  host: string,
): RequestListener | undefined {
  const suffixes = [...listeners.keys()]
    .filter((name) => name.startsWith(".") && host.endsWith(name))
    .sort((a, b) => b.length - a.length);
  const name = listeners.has(host) ? host : suffixes[0];
  return name === undefined ? undefined : listeners.get(name);
}
