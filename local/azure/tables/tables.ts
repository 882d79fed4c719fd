/**
 * Azure Table Storage, one host for each account: who calls and what they may do is judged here, as the deployment's
 * role assignments say; what is kept, and how it refuses, is Azurite's. Keys and signatures let nobody in.
 */
import type { RequestListener } from "node:http";
import * as z from "zod";
import { type Answer, type Exchange, jsonListener, NotSupported } from "../../network/json-listener.ts";
import { nameCaller } from "../../network/tap.ts";
import type { Kernel } from "../../stand-in/kernel.ts";
import { Refusal } from "../../stand-in/operations.ts";
import type { Entra } from "../entra.ts";
import type { Rbac } from "../rbac.ts";
import { STORAGE_RESOURCE } from "../resources.ts";
import { type Azurite, type AzuriteAnswer, startAzurite } from "./azurite.ts";
import {
  invalidAuthentication,
  noAuthentication,
  permissionMismatch,
  serverBusy,
  TABLES_OPERATIONS,
} from "./operations.ts";
import { matchRoute, type Route } from "./routes.ts";

const BUSY_PROBABILITY = 0.01;

export interface DeployedTable {
  readonly account: string;
  readonly name: string;
  readonly resourceId: string;
}

export interface TablesOptions {
  readonly kernel: Kernel;
  readonly entra: Pick<Entra, "tenantId" | "tokens">;
  readonly rbac: Pick<Rbac, "allowed">;
  readonly tables: readonly DeployedTable[];
}

export interface Tables {
  /** Host -> what answers it, for the proxy. */
  readonly listeners: ReadonlyMap<string, RequestListener>;
  close(): Promise<void>;
}

/** Azurite starts beside everything else: the first call waits for it. Throws when two accounts have tables. */
export function startTables(options: TablesOptions): Tables {
  const accounts = new Set(options.tables.map(({ account }) => account));
  // Azurite's one account stands for the deployment's.
  if (accounts.size > 1) throw new Error(`tables of several accounts are not supported: ${[...accounts]}`);
  const [account] = accounts;
  if (account === undefined) return { listeners: new Map(), close: async () => {} };
  const starting = startWithTables(options.tables);
  // Whoever calls it gets the failure; until then it is not an unhandled one.
  starting.catch(() => {});
  return {
    listeners: new Map([[`${account}.table.core.windows.net`, accountListener(options, starting)]]),
    close: async () => await (await starting.catch(() => undefined))?.close(),
  };
}

async function startWithTables(tables: readonly DeployedTable[]): Promise<Azurite> {
  const azurite = await startAzurite();
  for (const { name } of tables) {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const body = Buffer.from(JSON.stringify({ TableName: name }));
    const { status } = await azurite.send({ method: "POST", path: "/Tables", headers, body });
    if (status !== 201) throw new Error(`Azurite would not make the table ${name}: ${status}`);
  }
  return azurite;
}

function accountListener(options: TablesOptions, starting: Promise<Azurite>): RequestListener {
  const { kernel, entra } = options;
  const challenge = {
    "www-authenticate": `Bearer authorization_uri=https://login.microsoftonline.com/${entra.tenantId}/oauth2/authorize resource_id=${STORAGE_RESOURCE}`,
  };
  async function answer(exchange: Exchange): Promise<Answer> {
    const { method, url, headers, body } = exchange;
    const route = matchRoute(method, url.pathname);
    if (route === undefined) throw new NotSupported(`${method} ${url.pathname}`);
    const who = await authenticate(options, challenge, headers.authorization);
    const caller = "refusal" in who ? "anonymous" : who.principalId;
    nameCaller(exchange.request, caller);
    return await kernel.perform(TABLES_OPERATIONS, { operation: route.operation, caller }, async () => {
      if ("refusal" in who) throw who.refusal;
      authorize(options, route, caller);
      if (kernel.faults.chance(`${route.operation} busy`, BUSY_PROBABILITY)) throw serverBusy();
      const path = `${url.pathname}${url.search}`;
      return answerOf(await (await starting).send({ method, path, headers, body }));
    });
  }
  return jsonListener({ answer, refusal: refusalAnswer });
}

type Caller = { readonly principalId: string } | { readonly refusal: Refusal };

async function authenticate(
  { entra }: TablesOptions,
  challenge: Record<string, string>,
  header: string | undefined,
): Promise<Caller> {
  const token = /^Bearer (.+)$/i.exec(header ?? "")?.[1];
  if (token === undefined) return { refusal: noAuthentication(challenge) };
  const verified = await entra.tokens.verify(token, [STORAGE_RESOURCE, `${STORAGE_RESOURCE}/`]);
  if (!verified.ok) return { refusal: invalidAuthentication(challenge) };
  return { principalId: verified.principal.principalId };
}

/** A table that is not deployed is judged by where it would be: who may not look there does not learn of it. */
function authorize({ rbac, tables }: TablesOptions, { table, dataActions }: Route, caller: string): void {
  const [first] = tables;
  if (first === undefined) throw permissionMismatch();
  const scope = `${first.resourceId.split("/").slice(0, -1).join("/")}/${table}`;
  if (!dataActions.some((action) => rbac.allowed(caller, action, scope))) throw permissionMismatch();
}

const Failure = z.object({
  "odata.error": z.object({ code: z.string(), message: z.object({ value: z.string() }) }),
});
/** About this connection to Azurite, not about the answer. */
const OWN = ["connection", "keep-alive", "transfer-encoding", "content-length", "server"];

function answerOf({ status, headers, body }: AzuriteAnswer): Answer {
  const json: unknown = body.length === 0 ? undefined : JSON.parse(body.toString("utf8"));
  if (status >= 400) {
    const { code, message } = Failure.parse(json)["odata.error"];
    throw new Refusal(status, code, message.value);
  }
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" && !OWN.includes(name) ? [[name, value]] : [],
  );
  return { status, headers: Object.fromEntries(kept), ...(json === undefined ? {} : { json }) };
}

function refusalAnswer({ status, code, message, headers }: Refusal): Answer {
  return {
    status,
    headers: {
      "content-type": "application/json;odata=minimalmetadata;streaming=true;charset=utf-8",
      ...headers,
    },
    json: { "odata.error": { code, message: { lang: "en-US", value: message } } },
  };
}
