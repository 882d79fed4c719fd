/**
 * AWS Private CA in memory, with a real key and real certificates. What it does is what the API reference of
 * IssueCertificate says: subject and names from the CSR and nothing else, an hour back-dated, the same
 * certificate for the same token for five minutes, and a while in which it is not there yet.
 */
import { createHash } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { Authority, SigningRequest } from "../../shared/certificates/authority.ts";
import { splitPem } from "../../shared/certificates/pem.ts";
import { type PinnedCa, pinCa } from "../../shared/certificates/pinned.ts";
import type { RevocationReason } from "../../shared/certificates/revocation-order.ts";
import type { Identity, ObservedCa, Purpose } from "../../shared/certificates/schema.ts";
import type { Link } from "../../shared/link/schema.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { type Ca, certify, type Issued, makeCa } from "../testing/certificates.ts";
import type { Calls } from "./calls.ts";
import type { ModelClock } from "./clock.ts";

const TOKEN_LIFE_SECONDS = 300;
const BACKDATED_SECONDS = 3_600;
const ADOPTED_LIFETIME_SECONDS = 10 * 365 * 86_400;
const SHORT_LIVED_MAX_SECONDS = 7 * 86_400;
const ARN =
  "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/00000000-1111-2222-3333-444444444444";

export interface ModelIssue {
  readonly arn: string;
  /** SHA-256 of the CSR's DER. */
  readonly csrDigest: string;
  readonly serial: string;
  readonly chain: readonly string[];
  readonly at: Instant;
}

export interface ModelAuthority extends Authority {
  /** What a hand pins: this CA. */
  readonly pinned: readonly [PinnedCa];
  /** Each certificate that was signed; a repeated token adds none. */
  readonly issues: readonly ModelIssue[];
  /** Each certificate that was revoked, by serial. */
  readonly revoked: ReadonlyMap<string, RevocationReason>;
  /** A certificate of this CA that Warrener did not ask for; DER. */
  signByHand(identity: Identity, publicKey: x509.PublicKeyType, notAfter: Instant): Promise<Uint8Array>;
  /** What it signs for: one function's role has one template. */
  purpose: Purpose;
  /** What `observe` says, and what issuing heeds. */
  state: ObservedCa;
  /** So many reads of each certificate find it not there yet. */
  readsInProgress: number;
  /** So many of the next certificates fail for good after they were accepted. */
  failures: number;
}

/** The keys of a CA and of the root above it. */
export interface ModelSigner {
  /** The issuing CA's certificate, then the root's; PEM. */
  readonly chainPem: readonly [string, string];
  /** Throws `CloudError` when the CSR is not signed by its own key. */
  sign(
    csr: string,
    purpose: Purpose,
    notBefore: Date,
    notAfter: Date,
  ): Promise<Pick<Issued, "serial" | "chainPem">>;
  certify: (options: Omit<Parameters<typeof certify>[1], "usages">) => Promise<Uint8Array>;
}
export type MakeSigner = (start: Instant, notAfter: Instant) => Promise<ModelSigner>;

/** A CA as the link creates it; one that it adopts lives for ten years. */
export async function modelAuthority(
  calls: Calls,
  clock: ModelClock,
  declared: Link["certificateAuthority"],
  caArn: string = ARN,
  makeSigner: MakeSigner = signerFor,
): Promise<ModelAuthority> {
  const start = clock.now();
  const lifetimeSeconds = "lifetimeSeconds" in declared ? declared.lifetimeSeconds : ADOPTED_LIFETIME_SECONDS;
  const notAfter = start + lifetimeSeconds;
  const signer = await makeSigner(start, notAfter);
  const issues: (ModelIssue & { reads: number; readonly failed: boolean })[] = [];
  let requests = 0;
  const revoked = new Map<string, RevocationReason>();
  const tokens = new Map<string, { readonly at: Instant; readonly arn: Promise<string> }>();

  const sign = async (request: SigningRequest): Promise<string> => {
    refuseIfUnfit(authority.state, request, clock.now());
    const failed = authority.failures > 0;
    if (failed) authority.failures -= 1;
    const from = toDate(clock.now() - BACKDATED_SECONDS);
    const issued = await signer.sign(request.csr, authority.purpose, from, toDate(request.notAfter));
    const arn = `${caArn}/certificate/${BigInt(`0x${issued.serial}`)}`;
    const chain = [...splitPem(issued.chainPem), ...splitPem(signer.chainPem[1])];
    issues.push({
      arn,
      chain,
      csrDigest: digestOf(request.csr),
      serial: issued.serial,
      at: clock.now(),
      reads: 0,
      failed,
    });
    return arn;
  };

  const authority: ModelAuthority = {
    arn: caArn,
    pinned: [pinCa(signer.chainPem)],
    issues,
    revoked,
    purpose: "client",
    state: {
      active: true,
      notAfter,
      shortLived: declared.mode === "short-lived",
      signingAlgorithm: "SHA256WITHECDSA",
    },
    readsInProgress: 0,
    failures: 0,
    signByHand: ({ commonName, organization, dnsNames }, publicKey, notAfter) =>
      signer.certify({
        commonName,
        ...(organization === undefined ? {} : { organization }),
        dnsNames,
        publicKey,
        notBefore: toDate(clock.now() - BACKDATED_SECONDS),
        notAfter: toDate(notAfter),
      }),
    observe: () => calls.perform("authority.observe", caArn, () => authority.state),
    issue: (request, note) =>
      calls.perform("authority.issue", request.idempotencyToken, () => {
        requests += 1;
        note?.({ "acm-pca": `request-${requests}` });
        const known = tokens.get(request.idempotencyToken);
        if (known !== undefined && clock.now() < known.at + TOKEN_LIFE_SECONDS) return known.arn;
        const arn = sign(request);
        tokens.set(request.idempotencyToken, { at: clock.now(), arn });
        return arn;
      }),
    read: (arn) =>
      calls.perform("authority.read", arn, () => {
        const issue = issues.find((one) => one.arn === arn);
        if (issue === undefined) throw refusal("GetCertificate", "ResourceNotFoundException");
        issue.reads += 1;
        if (issue.reads <= authority.readsInProgress) return "signing";
        return issue.failed ? "failed" : issue.chain;
      }),
    revoke: (serial, reason, note) =>
      calls.perform("authority.revoke", serial, () => {
        requests += 1;
        note?.({ "acm-pca": `request-${requests}` });
        if (clock.now() >= authority.state.notAfter)
          throw refusal("RevokeCertificate", "InvalidStateException");
        const issue = issues.find((one) => one.serial === serial && !one.failed);
        if (issue === undefined) return { outcome: "refused", code: "ResourceNotFoundException" };
        // What was revoked before keeps the reason that it was revoked for.
        if (!revoked.has(serial)) revoked.set(serial, reason);
        return { outcome: "revoked" };
      }),
  };
  return authority;
}

/** One of each life for all models: what a CA has done is kept beside it, and its keys take long to make. */
const signers = new Map<string, Promise<ModelSigner>>();

async function signerFor(start: Instant, notAfter: Instant): Promise<ModelSigner> {
  const life = `${start}-${notAfter}`;
  const signer = signers.get(life) ?? realSigner(start, notAfter);
  signers.set(life, signer);
  return await signer;
}

async function realSigner(start: Instant, notAfter: Instant): Promise<ModelSigner> {
  const { root, ca } = await makeHierarchy(start, notAfter);
  return {
    chainPem: [ca.certificatePem, root.certificatePem],
    sign: (csr, purpose, from, until) => signCsr(ca, csr, purpose, from, until),
    certify: async (options) => (await certify(ca, { ...options, usages: ["clientAuth"] })).der,
  };
}

export async function makeHierarchy(start: Instant, notAfter: Instant): Promise<{ root: Ca; ca: Ca }> {
  const life = { notBefore: toDate(start - BACKDATED_SECONDS), notAfter: toDate(notAfter) };
  const root = await makeCa({ ...life, commonName: "Test Root" });
  return { root, ca: await makeCa({ ...life, commonName: "Test CA", parent: root }) };
}

function refuseIfUnfit(ca: ObservedCa, { notAfter, signingAlgorithm }: SigningRequest, now: Instant): void {
  const operation = "IssueCertificate";
  if (!ca.active) throw refusal(operation, "InvalidStateException");
  if (signingAlgorithm !== ca.signingAlgorithm) throw refusal(operation, "InvalidArgsException");
  if (notAfter > ca.notAfter || notAfter <= now) throw refusal(operation, "ValidationException");
  if (ca.shortLived && notAfter - now > SHORT_LIVED_MAX_SECONDS)
    throw refusal(operation, "InvalidArgsException");
}

export async function signCsr(ca: Ca, csrPem: string, purpose: Purpose, notBefore: Date, notAfter: Date) {
  const csr = new x509.Pkcs10CertificateRequest(csrPem);
  if (!(await csr.verify())) throw refusal("IssueCertificate", "MalformedCSRException");
  const [organization] = csr.subjectName.getField("O");
  return await certify(ca, {
    commonName: csr.subjectName.getField("CN")[0] ?? "",
    ...(organization === undefined ? {} : { organization }),
    dnsNames: namesOf(csr),
    usages: [`${purpose}Auth`],
    publicKey: csr.publicKey,
    notBefore,
    notAfter,
  });
}

function namesOf(csr: x509.Pkcs10CertificateRequest): string[] {
  const sans = csr.extensions.filter((one) => one instanceof x509.SubjectAlternativeNameExtension);
  const names = sans.flatMap((san) => san.names.toJSON());
  return names.filter(({ type }) => type === "dns").map(({ value }) => value);
}

const digestOf = (csrPem: string): string =>
  createHash("sha256")
    .update(new Uint8Array(new x509.Pkcs10CertificateRequest(csrPem).rawData))
    .digest("hex");

const refusal = (operation: string, code: string) =>
  new CloudError({ provider: "aws", operation, target: ARN, code, retryable: false });

const toDate = (at: Instant) => new Date(at * 1000);
