import { request } from "node:https";
import type { Stack } from "../../stack/stack.ts";
import { issue, makeCa } from "../../testing/certificates.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { protagonists, relayLines } from "../look.ts";

export const strangers: Chapter = {
  name: "callers without bunny's certificate are turned away",
  async run(stack) {
    const name = protagonists(stack).certificate.identity.commonName;
    const forged = await issue(await makeCa({ commonName: stack.aws.authority.commonName }), {
      commonName: name,
      dnsNames: [name],
      usages: ["clientAuth"],
    });
    const withoutCertificate = await refusal(stack, {}, "no-certificate");
    const otherCa = await refusal(stack, { key: forged.privateKeyPem, cert: forged.chainPem }, "unknown-ca");
    return { withoutCertificate, otherCa };
  },
};

/** What relay's log gives as the reason; the caller got no answer of HTTP at all. */
async function refusal(
  stack: Stack,
  identity: { key?: string; cert?: string },
  expected: string,
): Promise<string> {
  const refused = () => relayLines(stack).filter((line) => line.event === "client.refused");
  const before = refused().length;
  check(
    (await poll(stack, identity)) === "no answer",
    `relay answers nothing to a caller it refuses (${expected})`,
  );
  const [line] = await until("relay's log shows the refusal", () =>
    refused().length > before ? refused().slice(before) : null,
  );
  check(line?.reason === expected, `relay's log says ${expected}, not ${line?.reason}`);
  return line.reason;
}

function poll(stack: Stack, identity: { key?: string; cert?: string }): Promise<number | "no answer"> {
  const { host, port, servername, caPem } = stack.workloads.address;
  return new Promise((resolve) => {
    const sent = request({
      host,
      port,
      servername,
      ca: caPem,
      path: "/jobs/poll",
      agent: false,
      ...identity,
    });
    sent.once("response", (response) => resolve(response.statusCode ?? 0));
    sent.once("error", () => resolve("no answer"));
    sent.end();
  });
}
