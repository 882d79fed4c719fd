/** How an endpoint of the contract becomes a function of the app; the changing ones go through one gate. */
import { randomBytes } from "node:crypto";
import { app, type HttpRequest, type InvocationContext } from "@azure/functions";
import { readBody } from "../shared/azure-api/body.ts";
import {
  type Body,
  type Endpoint,
  endpoints,
  type Outcome,
  type Refused,
} from "../shared/azure-api/contract.ts";
import { type NoteVaultCall, type Service, serve } from "../shared/azure-api/serve.ts";
import { carryOut } from "../shared/notes/carry-out.ts";
import type { NoteKeeper } from "../shared/notes/hand.ts";
import type { Act } from "../shared/notes/schema.ts";
import type { Rows } from "../shared/rows/rows.ts";
import { createLog } from "../shared/runtime/log.ts";

/** What all endpoints share. */
export interface App {
  readonly service: Service;
  readonly rows: Rows;
}

export interface Call {
  readonly keeper: NoteKeeper;
  readonly invocationId: string;
  readonly noteVaultCall: NoteVaultCall;
}

/** Its log is the invocation's own. */
export function keeperOf({ service, rows }: App, context: InvocationContext): NoteKeeper {
  const log = createLog((level, record) => context[level](JSON.stringify(record)));
  return { rows, log, clock: service.clock, random: () => randomBytes(4).toString("hex") };
}

type Serving<E extends Endpoint> = (body: Body<E>, call: Call) => Promise<Outcome<E> | Refused>;

/** An endpoint that changes nothing but what the hand itself keeps. */
export function register<E extends Endpoint>({ service, rows }: App, endpoint: E, verb: Serving<E>): void {
  app.http(endpoint.replace(".", "-"), {
    methods: ["POST"],
    // The token is checked in code (shared/azure-api/authorize.ts); a platform key would be a stored secret.
    authLevel: "anonymous",
    route: endpoints[endpoint].path,
    handler: async (request: HttpRequest, context: InvocationContext) => {
      const { invocationId } = context;
      const keeper = keeperOf({ service, rows }, context);
      const authorization = request.headers.get("authorization");
      const called = { authorization, body: await readBody(request.body), invocationId };
      return await serve(service, keeper.log, endpoint, called, (body, noteVaultCall) =>
        verb(body, { keeper, invocationId, noteVaultCall }),
      );
    },
  });
}

/** An endpoint that changes what the link names: never while it is frozen, and never without a note. */
export function registerAct<E extends Act>(
  shared: App,
  endpoint: E,
  targetOf: (body: Body<E>) => string,
  verb: Serving<E>,
): void {
  register(shared, endpoint, (body, call) => {
    const wanted = { act: endpoint, target: targetOf(body), function: call.invocationId };
    return carryOut(call.keeper, wanted, () => verb(body, call));
  });
}
