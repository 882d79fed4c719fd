import { ACMPCAClient, DescribeCertificateAuthorityCommand } from "@aws-sdk/client-acm-pca";
import { afterEach, describe, expect, it } from "vitest";
import { arn, startCa } from "../../local/aws/acm-pca/test-ca.ts";
import type { Effect } from "../../local/stand-in/faults.ts";
import { PACED_CLIENT_LIMITS } from "./aws-retries.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const operation = "acm-pca:DescribeCertificateAuthority";
const refuse = (status: number, code: string): Effect => ({ kind: "refuse", status, code, message: "no" });

async function describeCa(effect: Effect, nth: 1 | "every") {
  const { server, kernel, client } = await startCa();
  closing.push(server.close);
  const { maxAttempts: _, ...options } = client();
  kernel.faults.add({ operation, nth, when: "before", effect });
  const sdk = new ACMPCAClient({ ...options, ...PACED_CLIENT_LIMITS });
  const command = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn });
  const outcome = await sdk.send(command).then(
    () => "answered",
    (error: unknown) => (error instanceof Error ? error.name : ""),
  );
  return { outcome, calls: kernel.calls(operation).length };
}

describe("a client with the limits of paced calls", () => {
  it("sends a throttled call once", async () => {
    const throttled = refuse(400, "ThrottlingException");
    expect(await describeCa(throttled, "every")).toEqual({ outcome: "ThrottlingException", calls: 1 });
  });

  it("sends a call again whose connection was lost", async () => {
    expect(await describeCa({ kind: "lose-connection" }, 1)).toEqual({ outcome: "answered", calls: 2 });
  });

  it("sends a call again that the service failed to answer, three times at most", async () => {
    const failed = refuse(500, "ServiceUnavailable");
    expect(await describeCa(failed, 1)).toEqual({ outcome: "answered", calls: 2 });
    expect(await describeCa(failed, "every")).toEqual({ outcome: "ServiceUnavailable", calls: 3 });
  });

  it("sends a refused call once", async () => {
    const refused = refuse(400, "InvalidArnException");
    expect(await describeCa(refused, "every")).toEqual({ outcome: "InvalidArnException", calls: 1 });
  });
});
