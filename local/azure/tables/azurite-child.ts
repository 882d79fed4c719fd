/**
 * The process of Azurite's table service, over state in memory: no file, no log, no telemetry. It tells its parent
 * its address once it serves, or why it cannot, and ends with its parent. In a process of its own because Azurite
 * comes with instrumentation that wraps Node's own loader.
 */
import { createRequire } from "node:module";
import * as z from "zod";
import { LOOPBACK } from "../../network/listen.ts";
import type { AzuriteMessage } from "./azurite.ts";

/** Azurite has no API of its own to start one service without its command line; it publishes no types either. */
interface AzuriteServer {
  start(): Promise<void>;
  getHttpServerAddress(): string;
}
const isFunction = (value: unknown) => typeof value === "function";
const AzuriteServer = z.custom<AzuriteServer>((value) =>
  ["start", "getHttpServerAddress"].every((name) => isFunction(Reflect.get(Object(value), name))),
);
const Constructor = z.custom<new (...options: readonly unknown[]) => unknown>(isFunction);
const Exported = z.object({ default: Constructor });

const tell = (message: AzuriteMessage) => process.send?.(message);

process.once("disconnect", () => process.exit(0));

try {
  const load = createRequire(import.meta.url);
  const { default: Configuration } = Exported.parse(load("azurite/dist/src/table/TableConfiguration.js"));
  const { default: Server } = Exported.parse(load("azurite/dist/src/table/TableServer.js"));
  const server = AzuriteServer.parse(new Server(new Configuration(...configuration())));
  await server.start();
  tell({ kind: "ready", address: server.getHttpServerAddress() });
} catch (error) {
  tell({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.disconnect();
}

/** In the order of TableConfiguration's constructor in azurite 3.35.0. */
function configuration(): unknown[] {
  const [port, keepAliveSeconds, databasePath] = [0, 5, ""];
  const [debugLog, accessLog, accessLogStream, debugLogPath] = [false, false, undefined, undefined];
  const [loose, skipApiVersionCheck] = [false, false];
  const [certificate, key, password, oauth] = ["", "", "", undefined];
  const [disableProductStyleUrl, inMemory] = [true, true];
  return [
    LOOPBACK,
    port,
    keepAliveSeconds,
    databasePath,
    debugLog,
    accessLog,
    accessLogStream,
    debugLogPath,
    loose,
    skipApiVersionCheck,
    certificate,
    key,
    password,
    oauth,
    disableProductStyleUrl,
    inMemory,
  ];
}
