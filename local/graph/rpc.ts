/**
 * Stands in for the server inside SST's binary, which its components call over JSON-RPC at SST_SERVER
 * (src/components/rpc/rpc.ts in the platform). A method that is not answered here fails the evaluation.
 */
import http from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

const Call = z.object({ method: z.string(), params: z.array(z.unknown()) });

export type RpcMethods = Readonly<Record<string, (argument: unknown) => Promise<unknown> | unknown>>;

/** Returns its URL. It keeps no process alive, so it needs no end. */
export async function serveRpc(methods: RpcMethods): Promise<string> {
  const server = http.createServer((request, response) => {
    const respond = (body: object) =>
      response.writeHead(200, { Connection: "close" }).end(JSON.stringify(body));
    answer(request, methods).then(
      (result) => respond({ result }),
      (error: unknown) => respond({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the rpc server has no port");
  return `http://127.0.0.1:${address.port}`;
}

async function answer(request: http.IncomingMessage, methods: RpcMethods): Promise<unknown> {
  const { method, params } = Call.parse(JSON.parse(await text(request)));
  const respond = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (respond === undefined) throw new Error(`SST called ${method}, which the evaluation does not answer`);
  return await respond(params[0]);
}
