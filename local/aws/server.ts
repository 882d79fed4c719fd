/**
 * The local AWS: one HTTP server for every service, as `AWS_ENDPOINT_URL` wants it. A call is routed by its
 * operation, authenticated by its signature, authorised by the caller's policies, and only then answered.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Kernel } from "../stand-in/kernel.ts";
import { ConnectionLost, Refusal } from "../stand-in/operations.ts";
import { type AuthorizationResult, type Authorize, type Decision, Decisions } from "./decisions.ts";
import { listenOnLoopback, read, send, unable } from "./http.ts";
import type { Identities, Identity } from "./identities.ts";
import { type AwsRequest, type AwsService, type Need, Unsupported, type WireAnswer } from "./service.ts";
import { type Authentication, authenticate } from "./sigv4.ts";

export interface AwsServerOptions {
  readonly kernel: Kernel;
  readonly region: string;
  readonly identities: Identities;
  readonly services: readonly AwsService[];
  readonly authorize: Authorize;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

export interface AwsServer {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** One decision on behalf of a service that calls another one, such as the scheduler. It is kept too. */
  readonly decide: (roleArn: string, need: Need) => Promise<AuthorizationResult>;
  readonly decisions: () => readonly Decision[];
  /** What went wrong in the local AWS itself, unsupported operations among it: a run with any is not a proof. */
  readonly troubles: () => readonly Error[];
  readonly close: () => Promise<void>;
}

/** How often the hostile world throttles a call; the clients retry it, up to twice by default. */
const throttleChance = 0.02;

export async function startAwsServer(options: AwsServerOptions): Promise<AwsServer> {
  const decisions = new Decisions(options.authorize);
  const clock = options.clock ?? Date.now;
  const troubles: Error[] = [];
  const parts: Parts = { ...options, clock, decisions };
  const server = createServer((incoming, response) => {
    // Clients whose clock is off correct it by this header, so it must be the clock that judges them.
    response.setHeader("date", new Date(clock()).toUTCString());
    void answer(parts, troubles, incoming, response);
  });
  const { port, close } = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    decide: (roleArn, need) => decisions.decide(roleArn, need, "service"),
    decisions: () => decisions.list(),
    troubles: () => troubles,
    close,
  };
}

interface Parts extends AwsServerOptions {
  readonly clock: () => number;
  readonly decisions: Decisions;
}

async function answer(
  parts: Parts,
  troubles: Error[],
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let request: AwsRequest | undefined;
  try {
    request = await read(incoming);
    const answered = await serve(parts, request);
    if (answered === "lost") incoming.socket.destroy();
    else send(response, answered);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    troubles.push(error);
    send(response, unable(error, request));
  }
}

async function serve(options: Parts, request: AwsRequest): Promise<WireAnswer | "lost"> {
  const { service, operation } = route(options.services, request);
  const authentication = await authenticate(request, {
    identities: options.identities,
    region: options.region,
    service: service.name,
    nowMs: options.clock(),
  });
  const caller = "identity" in authentication ? authentication.identity.sessionArn : "anonymous";
  const name = `${service.name}:${operation}`;
  options.kernel.tap({ from: caller, to: service.name, what: name, bytes: request.body });
  const answered = await answerOf({ ...options, service, operation, request, authentication });
  if (answered !== "lost") {
    const bytes = Buffer.from(answered.body);
    options.kernel.tap({ from: service.name, to: caller, what: `${name} answer`, bytes });
  }
  return answered;
}

interface Call {
  readonly kernel: Kernel;
  readonly decisions: Decisions;
  readonly service: AwsService;
  readonly operation: string;
  readonly request: AwsRequest;
  readonly authentication: Authentication;
}

async function answerOf(call: Call): Promise<WireAnswer | "lost"> {
  const { service, authentication } = call;
  const operation = `${service.name}:${call.operation}`;
  const caller = "identity" in authentication ? authentication.identity.roleArn : "anonymous";
  try {
    const output = await call.kernel.perform(service.table, { operation, caller }, () => perform(call));
    return service.wire.encode(call.operation, output);
  } catch (error) {
    if (error instanceof Refusal) return service.wire.refuse(error);
    if (error instanceof ConnectionLost) return "lost";
    throw error;
  }
}

async function perform(call: Call): Promise<unknown> {
  const { service, authentication, request } = call;
  const { faults } = service.wire;
  if ("fault" in authentication) {
    const { status, code } = faults[authentication.fault];
    throw new Refusal(status, code, authentication.message);
  }
  if (call.kernel.faults.chance(`${service.name}:${call.operation} throttled`, throttleChance)) {
    throw new Refusal(faults.throttled.status, faults.throttled.code, "Rate exceeded");
  }
  const prepare = service.operations[call.operation];
  if (prepare === undefined) throw new Unsupported(unsupported(`${service.name}:${call.operation}`));
  const prepared = prepare(service.wire.decode(request), authentication.identity, request);
  for (const need of prepared.needs) await demand(call, authentication.identity, need);
  return await prepared.answer();
}

async function demand(call: Call, identity: Identity, need: Need): Promise<void> {
  const by = identity.functionArn === undefined ? undefined : "function";
  const { roleArn, sessionName } = identity;
  if ((await call.decisions.decide(roleArn, need, by, sessionName)) === "allowed") return;
  const { status, code } = call.service.wire.faults.denied;
  throw new Refusal(
    status,
    code,
    need.denial ??
      `User: ${identity.sessionArn} is not authorized to perform: ${need.action} on resource: ${need.resource} because no identity-based policy allows the ${need.action} action`,
  );
}

/** The real services have a host each; here the operation tells them apart. Throws `Unsupported`. */
function route(services: readonly AwsService[], request: AwsRequest) {
  for (const service of services) {
    const operation = service.wire.operationOf(request);
    if (operation !== undefined && service.operations[operation] !== undefined) return { service, operation };
  }
  const form = new URLSearchParams(request.body.toString("utf8"));
  const name = request.headers["x-amz-target"] ?? form.get("Action") ?? `${request.method} ${request.path}`;
  throw new Unsupported(unsupported(name));
}

const unsupported = (name: string) => `the local AWS does not support ${name}`;
