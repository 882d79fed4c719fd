/** Callers whom relay turns away, for each reason that its log can give: each of them really calls. */
import { randomBytes, X509Certificate } from "node:crypto";
import { request } from "node:https";
import type { Stack } from "../stack/stack.ts";
import { issue, makeCa } from "../testing/certificates.ts";
import { until } from "./chapter.ts";
import { protagonists } from "./look.ts";

export interface Caller {
  /** PEM; left out, the caller shows no certificate. */
  readonly key?: string;
  readonly cert?: string;
  readonly apiKey?: string;
}

/** Where strangers call from; bunny is at 127.0.0.1. */
export const STRANGER = "127.0.0.2";

/** One poll; "no answer" is what a caller gets whose certificate is not good enough. */
export function callRelay(stack: Stack, { apiKey, ...identity }: Caller): Promise<number | "no answer"> {
  const { host, port, servername, caPem } = stack.workloads.address;
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return new Promise((resolve) => {
    const sent = request({
      ...{ host, port, servername, ca: caPem, path: "/jobs/poll", agent: false, headers },
      localAddress: STRANGER,
      ...identity,
    });
    sent.once("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once("error", () => resolve("no answer"));
    sent.end();
  });
}

/** A certificate with bunny's name, of a CA that calls itself like the link's. */
export async function callerOfAnotherCa(stack: Stack): Promise<Caller> {
  const name = protagonists(stack).certificate.identity.commonName;
  const forged = await issue(await makeCa({ commonName: stack.aws.authority.commonName }), {
    commonName: name,
    dnsNames: [name],
    usages: ["clientAuth"],
  });
  return { key: forged.privateKeyPem, cert: forged.chainPem };
}

const EXPIRES_AFTER_SECONDS = 2;

/**
 * A certificate of the link's own CA, whose time is over. It has the name of somebody beside bunny: one with bunny's that
 * Warrener did not ask for is told as what it is, which is another story.
 */
export async function callerWhoExpired(stack: Stack): Promise<Caller> {
  const { credentials, producerName } = stack.workloads;
  const short = await credentials.issue("Client", producerName, EXPIRES_AFTER_SECONDS);
  const expiredAtMs = new X509Certificate(short.chainPem).validToDate.getTime();
  await until("the certificate has expired", () => Date.now() > expiredAtMs);
  return { key: short.privateKeyPem, cert: short.chainPem };
}

/** A good certificate of that name, and a key that nobody has made. */
export async function callerWithWrongKey(stack: Stack): Promise<Caller> {
  const { credentials, producerName } = stack.workloads;
  const good = await credentials.issue("Client", producerName);
  return { key: good.privateKeyPem, cert: good.chainPem, apiKey: randomBytes(32).toString("base64url") };
}
