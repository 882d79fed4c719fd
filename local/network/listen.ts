/** All servers of the local run listen on loopback and on a port that the system picks. */
import type { Server } from "node:net";

export const LOOPBACK = "127.0.0.1";

/** Resolves to the port. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, LOOPBACK, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  return address.port;
}
