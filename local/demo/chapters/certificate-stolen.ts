import { request } from "node:https";
import type { Serial } from "../../../shared/certificates/schema.ts";
import { readSecret } from "../../azure/key-vault/read-secret.ts";
import type { Stack } from "../../stack/stack.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { secondsBetween } from "../groups.ts";
import { acceptedSerials, protagonists, relayLines, versions } from "../look.ts";
import { reportStolen } from "../operator.ts";

export const certificateStolen: Chapter = {
  name: "a stolen certificate is refused within seconds, and bunny has another",
  async run(stack) {
    const { bunny, vault, certificate } = protagonists(stack);
    const stolen = await until("bunny's certificate is in use", () => {
      const current = versions(stack).at(-1);
      return current !== undefined && acceptedSerials(stack).includes(current.serial) && current;
    });
    const { value: pem } = readSecret(vault, certificate.name, stolen.version);
    check((await call(stack, pem)) !== "no answer", "relay answers who has bunny's key");
    const reportedAt = Date.now();
    await reportStolen(stack, certificate.name, stolen.serial);
    await until("no replica of relay answers the thief any more", async () => {
      const answer = await call(stack, pem);
      return answer === "no answer" && replicasThatRefuse(stack, stolen.serial) === replicas(stack);
    });
    const secondsToTheRefusal = secondsBetween(reportedAt, Date.now());
    const next = await until("bunny has another certificate", () => {
      const current = versions(stack).at(-1);
      return current?.serial !== stolen.serial && current;
    });
    await until("relay accepts bunny with it", () => acceptedSerials(stack).includes(next.serial));
    const { polls, failedPolls } = bunny.worker.counts();
    await until("and bunny goes on", () => {
      const now = bunny.worker.counts();
      return now.polls - now.failedPolls > polls - failedPolls;
    });
    check((await call(stack, pem)) === "no answer", "the stolen one stays refused");
    const secondsLeft = Math.round((stolen.notAfterMs - Date.now()) / 1_000);
    check(secondsLeft > 0, "it would be good by its date");
    return {
      ...{ stolen: stolen.serial, reason: "revoked", replicasThatRefuseIt: replicas(stack) },
      ...{ secondsToTheRefusal, secondsLeftByItsDate: secondsLeft, next: next.serial },
    };
  },
};

/** For having been revoked, by relay's log. */
function replicasThatRefuse(stack: Stack, serial: Serial): number {
  const refusals = relayLines(stack).filter(
    (line) =>
      line.event === "client.refused" && line.reason === "revoked" && line.clientCertificateSerial === serial,
  );
  return new Set(refusals.map(({ replica }) => replica)).size;
}

const replicas = (stack: Stack): number => new Set(relayLines(stack).map(({ replica }) => replica)).size;

/** On a connection of its own. What it asks for is nowhere, so that no job gets lost by it. */
function call(stack: Stack, pem: string): Promise<number | "no answer"> {
  const { host, port, servername, caPem } = stack.workloads.address;
  return new Promise((resolve) => {
    const options = { host, port, servername, ca: caPem, path: "/", agent: false, key: pem, cert: pem };
    const sent = request(options);
    sent.once("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once("error", () => resolve("no answer"));
    sent.end();
  });
}
