/**
 * What a person does to the tunnels of a running stack, from another terminal: a small endpoint on loopback for those
 * who can read its token (.cache/local.json), and for nobody else.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { VpnWorld } from "../vpn/world.ts";

export const TUNNEL_ACTS = ["cut-tunnel", "restore-tunnel", "hang-tunnel"] as const;
export type TunnelAct = (typeof TUNNEL_ACTS)[number];

export interface ControlledWorld extends Pick<VpnWorld, "cut" | "restore" | "hang"> {
  tunnels(): readonly { readonly name: string }[];
}

export interface Control {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

export async function startControl(world: ControlledWorld): Promise<Control> {
  const token = randomBytes(32).toString("base64url");
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    const { status, message } = answerControl(world, token, { ...pick(request), authorization });
    reply(response, status, { message });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(0, "127.0.0.1", () => resolve());
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the control endpoint has no port");
  const close = async () => {
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    server.closeAllConnections();
    await closed.promise;
  };
  return { url: `http://127.0.0.1:${address.port}`, token, close };
}

const pick = ({ method = "", url = "" }: IncomingMessage) => ({ method, url });

export interface ControlRequest {
  readonly method: string;
  /** Such as `/cut-tunnel/one-a`. */
  readonly url: string;
  readonly authorization: string | undefined;
}

export interface ControlAnswer {
  readonly status: number;
  readonly message: string;
}

export function answerControl(world: ControlledWorld, token: string, request: ControlRequest): ControlAnswer {
  const { method, url, authorization } = request;
  if (!isBearer(token, authorization)) return { status: 401, message: "not with this token" };
  if (method !== "POST") return { status: 405, message: "POST, and nothing else" };
  const [, act, name = ""] = url.split("/");
  const wanted = TUNNEL_ACTS.find((one) => one === act);
  if (wanted === undefined) return { status: 404, message: `it knows ${TUNNEL_ACTS.join(", ")}` };
  const names = world.tunnels().map((tunnel) => tunnel.name);
  if (!names.includes(name)) {
    return { status: 404, message: `the link has no tunnel ${name}; it has ${names.join(", ") || "none"}` };
  }
  ACTS[wanted](world, name);
  return { status: 200, message: SAID[wanted](name) };
}

const ACTS: Readonly<Record<TunnelAct, (world: ControlledWorld, name: string) => void>> = {
  "cut-tunnel": (world, name) => world.cut(name),
  "restore-tunnel": (world, name) => world.restore(name),
  "hang-tunnel": (world, name) => world.hang(name, "either"),
};

const SAID: Readonly<Record<TunnelAct, (name: string) => string>> = {
  "cut-tunnel": (name) =>
    `${name} is cut: no repair helps before \`restore-tunnel\`. Each cloud notices in its own time.`,
  "restore-tunnel": (name) => `${name} is not cut any more: it comes up by itself.`,
  "hang-tunnel": (name) => `${name} hangs: it does not come up by itself, and a repair at either end helps.`,
};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

const isBearer = (token: string, authorization = ""): boolean =>
  timingSafeEqual(digest(`Bearer ${token}`), digest(authorization));

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
