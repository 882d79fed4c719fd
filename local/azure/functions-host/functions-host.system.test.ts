import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startManagedIdentity } from "../managed-identity.ts";
import { createWorld, HAND, type World } from "../world-for-tests.ts";
import { type FunctionApp, startFunctionApp } from "./start.ts";

const HOST_JSON = { version: "2.0", extensions: { http: { routePrefix: "api" } } };

const ECHO = `
import { app } from "@azure/functions";
app.http("echo", { route: "echo/{name}", methods: ["POST"], authLevel: "anonymous", handler: async (request, context) => {
  context.info("logged", request.params.name);
  console.log("printed");
  const body = await request.json();
  return { status: 201, jsonBody: { ...body, name: request.params.name, url: request.url,
    setting: process.env.MY_SETTING, home: process.env.HOME ?? null,
    who: request.headers.get("authorization") }, headers: { "x-answer": "yes" } };
} });
app.http("throws", { methods: ["GET"], authLevel: "anonymous", handler: async () => { throw new Error("inner words"); } });
app.http("locked", { methods: ["GET"], authLevel: "function", handler: async () => ({ body: "in" }) });
`;

const COUNTER = `
import { app } from "@azure/functions";
let count = 0;
app.http("count", { methods: ["GET"], authLevel: "anonymous", handler: async () => ({ jsonBody: ++count }) });
app.http("dies", { methods: ["GET"], authLevel: "anonymous", handler: () => process.exit(3) });
`;

const READS_VAULT = `
import { app } from "@azure/functions";
import { ManagedIdentityCredential } from "@azure/identity";
import { CertificateClient } from "@azure/keyvault-certificates";
const client = new CertificateClient("https://kv-test.vault.azure.net", new ManagedIdentityCredential());
app.http("read", { methods: ["GET"], authLevel: "anonymous", handler: async () => {
  const outcome = await client.getCertificate("bunny").catch((error) => error.code ?? error.message);
  const outside = await fetch("https://example.test/").then(() => "reached", () => "refused");
  return { jsonBody: { outcome, outside } };
} });
`;

const EVENTS = `
import { app } from "@azure/functions";
let events = [];
app.eventGrid("heal", { handler: async (event, context) => {
  if (event.eventType === "die") process.exit(3);
  if (event.eventType === "fail") throw new Error("inner words");
  events.push({ ...event, by: context.functionName, hasId: context.invocationId.length > 0 });
  context.info("heard", event.subject);
} });
app.http("seen", { methods: ["GET"], authLevel: "anonymous", handler: async () => ({ jsonBody: events }) });
`;

let world: World;
const opened: { close(): Promise<void> }[] = [];
const directories: string[] = [];

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
  await world.close();
});

async function appDirectory(source: string, files: { host?: unknown; pkg?: unknown } = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "warrener-app-"));
  directories.push(directory);
  const { host = HOST_JSON, pkg = { name: "app", main: "dist/*.js" } } = files;
  await writeFile(join(directory, "host.json"), JSON.stringify(host));
  await writeFile(join(directory, "package.json"), JSON.stringify(pkg));
  await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: "js" },
    outfile: join(directory, "dist", "index.js"),
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["@azure/functions-core"],
    logLevel: "silent",
  });
  return directory;
}

async function start(directory: string, lines: string[] = []): Promise<FunctionApp> {
  const identity = await startManagedIdentity({
    kernel: world.kernel,
    tokens: world.entra.tokens,
    principal: HAND,
  });
  const app = await startFunctionApp({
    name: "hand",
    directory,
    appSettings: { MY_SETTING: "from the settings" },
    identity,
    network: { proxyUrl: world.proxy.url, caFile: world.caFile },
    onLogLine: (line) => lines.push(line),
  });
  opened.push(app);
  world.proxy.serve(app.host, app.listener);
  return app;
}

const get = (path: string) => world.http.send({ url: `https://hand.azurewebsites.net${path}` });

describe("startFunctionApp", () => {
  it("runs an unmodified app and serves it at its public name over TLS", async () => {
    const lines: string[] = [];
    const app = await start(await appDirectory(ECHO), lines);
    expect(app.functions).toEqual(["echo", "throws", "locked"]);
    const answer = await world.http.send({
      method: "POST",
      url: "https://hand.azurewebsites.net/api/echo/bunny?x=1",
      headers: { "content-type": "application/json", authorization: "Bearer t" },
      body: JSON.stringify({ a: 1 }),
    });
    expect([answer.status, answer.headers["x-answer"]]).toEqual([201, "yes"]);
    expect(JSON.parse(answer.body.toString())).toEqual({
      a: 1,
      name: "bunny",
      url: "https://hand.azurewebsites.net/api/echo/bunny?x=1",
      setting: "from the settings",
      home: null,
      who: "Bearer t",
    });
    await expect.poll(() => [...lines].sort()).toEqual(["logged bunny", "printed"]);
  });

  it("answers 500 with an empty body when a handler throws, and logs why", async () => {
    const lines: string[] = [];
    await start(await appDirectory(ECHO), lines);
    const answer = await get("/api/throws");
    expect([answer.status, answer.body.toString()]).toEqual([500, ""]);
    await expect.poll(() => lines.join("\n")).toContain("inner words");
  });

  it("answers 404 for another path and for another method, and 401 where a key is needed", async () => {
    await start(await appDirectory(ECHO));
    expect((await get("/api/nothing")).status).toBe(404);
    expect((await get("/api/echo/bunny")).status).toBe(404);
    expect((await get("/api/locked")).status).toBe(401);
  });

  it("reaches Key Vault with its managed identity, and nothing that is not served", async () => {
    await start(await appDirectory(READS_VAULT));
    const answer = await get("/api/read");
    expect(JSON.parse(answer.body.toString())).toEqual({
      outcome: "CertificateNotFound",
      outside: "refused",
    });
    expect(world.kernel.calls("key-vault:GetCertificate").at(-1)?.caller).toBe(HAND.principalId);
    expect(world.proxy.refused().map(({ target }) => target)).toContain("example.test:443");
  });

  it("is served by a fresh process at the next request after a crash or a kill", async () => {
    const app = await start(await appDirectory(COUNTER));
    const count = async () => JSON.parse((await get("/api/count")).body.toString());
    expect([await count(), await count()]).toEqual([1, 2]);
    expect((await get("/api/dies")).status).toBe(502);
    // A request may still find the dying process.
    await expect.poll(async () => (await get("/api/count")).status).toBe(200);
    await app.kill();
    expect(await Promise.all([count(), count()])).toEqual(expect.arrayContaining([1, 2]));
  });

  it("is down while it is stopped, and up again after a restart", async () => {
    const app = await start(await appDirectory(ECHO));
    await app.stop();
    expect((await get("/api/throws")).status).toBe(503);
    await app.restart();
    expect((await get("/api/throws")).status).toBe(500);
  });
});

describe("deliverEvent", () => {
  const seen = async () => JSON.parse((await get("/api/seen")).body.toString());

  it("gives the event to the function's own handler, with a context", async () => {
    const lines: string[] = [];
    const app = await start(await appDirectory(EVENTS), lines);
    expect(app.functions).toEqual(["heal", "seen"]);
    const event = { id: "e1", subject: "/subscriptions/s1", data: { status: "Succeeded" } };
    expect(await app.deliverEvent("heal", event)).toBe(202);
    expect(await seen()).toEqual([{ ...event, by: "heal", hasId: true }]);
    await expect.poll(() => lines).toContain("heard /subscriptions/s1");
  });

  it("answers 500 when the handler throws, and logs why", async () => {
    const lines: string[] = [];
    const app = await start(await appDirectory(EVENTS), lines);
    expect(await app.deliverEvent("heal", { eventType: "fail" })).toBe(500);
    await expect.poll(() => lines.join("\n")).toContain("inner words");
  });

  it("answers 404 for another function, 502 for a process that dies, and 503 while the app is down", async () => {
    const app = await start(await appDirectory(EVENTS));
    expect(await app.deliverEvent("other", {})).toBe(404);
    expect(await app.deliverEvent("heal", { eventType: "die" })).toBe(502);
    await app.stop();
    expect(await app.deliverEvent("heal", {})).toBe(503);
    await app.restart();
    expect(await app.deliverEvent("heal", { id: "e2" })).toBe(202);
  });

  it("is no way in for anybody else", async () => {
    await start(await appDirectory(EVENTS));
    for (const path of ["/runtime/webhooks/eventgrid", "/api/../runtime/webhooks/EventGrid"]) {
      const answer = await world.http.send({
        method: "POST",
        url: `https://hand.azurewebsites.net${path}?functionName=heal`,
        headers: { "aeg-event-type": "Notification", "content-type": "application/json" },
        body: JSON.stringify([{ subject: "from outside" }]),
      });
      expect(answer.status, path).toBe(401);
    }
    expect(await seen()).toEqual([]);
  });
});

describe("an app that cannot be loaded", () => {
  const attempt = async (directory: string) => start(directory);

  it("is refused with the reason: its own error, nothing registered, no files, a wrong host.json", async () => {
    await expect(
      attempt(await appDirectory('throw new Error("bad settings: LINK is missing")')),
    ).rejects.toThrow(/Function App hand did not start: Error: bad settings: LINK is missing/);
    await expect(attempt(await appDirectory("export {}"))).rejects.toThrow(/registered nothing/);
    await expect(attempt(await appDirectory(ECHO, { pkg: { main: "lib/*.js" } }))).rejects.toThrow(
      /no file matches "lib\/\*\.js"/,
    );
    await expect(attempt(await appDirectory(ECHO, { host: { version: "1.0" } }))).rejects.toThrow(
      /version 2\.0/,
    );
    await expect(attempt(join(import.meta.dirname, "absent"))).rejects.toThrow(/did not start/);
  });
});
