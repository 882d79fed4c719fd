import { ACMPCAClient, DescribeCertificateAuthorityCommand } from "@aws-sdk/client-acm-pca";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { AcmPca } from "./acm-pca/acm-pca.ts";
import type { AwsServer } from "./server.ts";
import { createSts } from "./sts.ts";
import { accountId, type ClientOptions, region, startWorld, type WorldOptions } from "./test-world.ts";

const arn = `arn:aws:acm-pca:${region}:${accountId}:certificate-authority/0b1f6a2e-1111-4222-8333-444455556666`;
const describeCa = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn });
const whoAmI = new GetCallerIdentityCommand({});

let running: AwsServer | undefined;
afterEach(() => running?.close());

async function start(options: WorldOptions = {}) {
  const world = await startWorld((kernel) => {
    const listener = () => {};
    const issuer = { issuer: "https://issuer.example", sign: () => Promise.resolve(""), listener };
    return [new AcmPca({ kernel }).service, createSts({ issuer, region, federationEnabled: () => true })];
  }, options);
  running = world.server;
  return world;
}

const SignedRequest = z.object({
  headers: z.record(z.string(), z.string()),
  body: z.union([z.string(), z.instanceof(Uint8Array)]),
});
type SignedRequest = z.infer<typeof SignedRequest>;

/** Both protocols, each with a change to the client's options or to the request after it was signed. */
async function refusals(
  change: (options: ClientOptions) => ClientOptions,
  tamper: (request: SignedRequest) => void = () => {},
  told: "name" | "message" = "name",
) {
  const { client } = await start();
  const pca = new ACMPCAClient(change(client()));
  const sts = new STSClient(change(client()));
  // Runs after the signer, so that what is sent is not what was signed.
  const after = { step: "finalizeRequest", priority: "low" } as const;
  pca.middlewareStack.add((next) => (args) => next({ ...args, request: tampered(args.request) }), after);
  sts.middlewareStack.add((next) => (args) => next({ ...args, request: tampered(args.request) }), after);
  const tampered = (request: unknown) => {
    const signed = SignedRequest.parse(request);
    tamper(signed);
    return Object.assign(Object(request), signed);
  };
  return [
    await pca.send(describeCa).then(String, (error: Error) => error[told]),
    await sts.send(whoAmI).then(String, (error: Error) => error[told]),
  ];
}

const unchanged = (options: ClientOptions) => options;

describe("authenticate", () => {
  it("accepts what the official clients sign", async () => {
    expect(await refusals(unchanged)).toEqual(["ResourceNotFoundException", "[object Object]"]);
  });

  it.each([
    [
      "no signature at all",
      (request: SignedRequest) => delete request.headers["authorization"],
      ["MissingAuthenticationTokenException", "MissingAuthenticationToken"],
    ],
    [
      "a signature without its date",
      (request: SignedRequest) => delete request.headers["x-amz-date"],
      ["IncompleteSignatureException", "IncompleteSignature"],
    ],
    [
      "a body that was changed on the way",
      (request: SignedRequest) => {
        // Of the same length, so that only the hash of the body can tell.
        const body = Buffer.from(request.body).toString();
        request.body = body.startsWith("{")
          ? body.replace("444455556666", "444455556667")
          : body.split("&").reverse().join("&");
      },
      ["InvalidSignatureException", "SignatureDoesNotMatch"],
    ],
    [
      "a signature of other headers",
      (request: SignedRequest) => {
        request.headers["content-type"] = `${request.headers["content-type"]} `.replace(/ $/, ";charset=x");
      },
      ["InvalidSignatureException", "SignatureDoesNotMatch"],
    ],
    [
      "no session token",
      (request: SignedRequest) => delete request.headers["x-amz-security-token"],
      ["UnrecognizedClientException", "InvalidClientTokenId"],
    ],
  ])("refuses %s", async (_what, tamper, names) => {
    expect(await refusals(unchanged, tamper)).toEqual(names);
  });

  const credentials = (changes: Partial<ClientOptions["credentials"]>) => (options: ClientOptions) => ({
    ...options,
    credentials: { ...options.credentials, ...changes },
  });

  it.each([
    [
      "an unknown access key",
      credentials({ accessKeyId: "LOCAL00000000000" }),
      ["UnrecognizedClientException", "InvalidClientTokenId"],
    ],
    [
      "the wrong secret",
      credentials({ secretAccessKey: "x" }),
      ["InvalidSignatureException", "SignatureDoesNotMatch"],
    ],
    [
      "another session's token",
      credentials({ sessionToken: "x" }),
      ["UnrecognizedClientException", "InvalidClientTokenId"],
    ],
    [
      "a scope of another region",
      (options: ClientOptions) => ({ ...options, region: "eu-west-1" }),
      ["InvalidSignatureException", "SignatureDoesNotMatch"],
    ],
    [
      "a clock that is six minutes slow",
      (options: ClientOptions) => ({ ...options, systemClockOffset: -6 * 60_000 }),
      ["InvalidSignatureException", "SignatureDoesNotMatch"],
    ],
    [
      "a clock that is six minutes fast",
      (options: ClientOptions) => ({ ...options, systemClockOffset: 6 * 60_000 }),
      ["InvalidSignatureException", "SignatureDoesNotMatch"],
    ],
  ])("refuses %s", async (_what, change, names) => {
    expect(await refusals(change)).toEqual(names);
  });

  it.each([
    ["a scope without its terminator", "aws4_request", "aws4_requests", "valid terminator"],
    ["a scope of another day", /\/20\d{6}\//, "/20200101/", "does not match YYYYMMDD"],
    ["a signature that does not cover the host", ";host", "", "must be 'SignedHeaders'"],
  ])("refuses %s", async (_what, from, to, told) => {
    const changed = (request: SignedRequest) => {
      request.headers["authorization"] = (request.headers["authorization"] ?? "").replace(from, to);
    };
    const message = expect.stringContaining(told);
    expect(await refusals(unchanged, changed, "message")).toEqual([message, message]);
  });

  it("refuses a scope of another service", async () => {
    const elsewhere = (request: SignedRequest) => {
      const header = request.headers["authorization"] ?? "";
      request.headers["authorization"] = header.replace(/(sts|acm-pca)\/aws4_request/, "sqs/aws4_request");
    };
    expect(await refusals(unchanged, elsewhere, "message")).toEqual([
      "Credential should be scoped to correct service: 'acm-pca'.",
      "Credential should be scoped to correct service: 'sts'.",
    ]);
  });

  it("lets a client correct its clock by the server's date", async () => {
    const { client } = await start();
    const sts = new STSClient({ ...client(), systemClockOffset: -6 * 60_000 });
    await expect(sts.send(whoAmI)).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
    await expect(sts.send(whoAmI)).resolves.toBeDefined();
  });

  it("refuses the credentials of a session that has ended", async () => {
    let nowMs = Date.now();
    const { client } = await start({ clock: () => nowMs });
    const options = client({ lifetimeSeconds: 60 });
    nowMs += 61_000;

    await expect(new STSClient(options).send(whoAmI)).rejects.toMatchObject({ name: "ExpiredToken" });
    await expect(new ACMPCAClient(options).send(describeCa)).rejects.toMatchObject({
      name: "ExpiredTokenException",
    });
  });
});
