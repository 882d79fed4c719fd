/** Calls of relay that have a canary (canary-lines.ts) wherever a caller may write something. */
import { request } from "node:https";
import { issue, makeCa } from "../testing/certificates.ts";
import { REPLICA_HEADER, TRUST_BUNDLE_HEADER } from "../trust/headers.ts";
import type { Stack } from "./stack.ts";

interface Shown {
  readonly key: string;
  readonly cert: string;
}

/** One with a certificate of the caller's own making, which is refused, and one with a good one. */
export async function callWithCanaries(stack: Stack, mark: string): Promise<void> {
  await call(stack, mark, await ownMade(mark), { authorization: `Bearer ${mark}` });
  const { credentials, producerName } = stack.workloads;
  const good = await credentials.issue("Client", producerName);
  // Of relay's own people no API key is asked, and one that is not known would be refused.
  await call(stack, mark, { key: good.privateKeyPem, cert: good.chainPem }, {});
}

async function ownMade(mark: string): Promise<Shown> {
  const made = await issue(await makeCa({ commonName: mark }), {
    ...{ commonName: mark, organization: mark, dnsNames: [`${mark}.example.com`] },
    usages: ["clientAuth"],
  });
  return { key: made.privateKeyPem, cert: made.chainPem };
}

function call({ workloads }: Stack, mark: string, shown: Shown, key: object): Promise<void> {
  const { host, port, caPem } = workloads.address;
  const headers = {
    ...key,
    "user-agent": mark,
    cookie: `session=${mark}`,
    [mark]: mark,
    // A pod may have that name.
    [REPLICA_HEADER]: mark,
    [TRUST_BUNDLE_HEADER]: mark,
  };
  return new Promise((resolve) => {
    const sent = request({
      ...{ host, port, ...shown, headers, ca: caPem, servername: `${mark}.example.com` },
      ...{ method: "POST", path: `/jobs/${mark}/results?${mark}=${mark}`, agent: false },
      // relay shows its own name, whatever was asked for.
      checkServerIdentity: () => undefined,
    });
    sent.once("response", (response) => response.resume().once("end", resolve));
    sent.once("error", () => resolve());
    sent.end(JSON.stringify({ content: mark }));
  });
}
