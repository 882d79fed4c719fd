/**
 * AWS Private CA: issues real certificates, asynchronously as the service does (GetCertificate is first answered
 * with RequestInProgressException), and keeps what it issued for tests to count.
 */
import * as z from "zod";
import type { Kernel } from "../../stand-in/kernel.ts";
import { Refusal } from "../../stand-in/operations.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";
import { parseInput } from "../input.ts";
import { jsonWire } from "../json-wire.ts";
import type { AwsService, Need, Prepare, Prepared } from "../service.ts";
import { type CaParameters, type CertificateAuthority, createAuthority, statusOf } from "./authority.ts";
import { describeAuthority, pemOf } from "./describe.ts";
import { issuanceFailed, issuanceSucceeded, revocationSucceeded } from "./events.ts";
import { Tokens } from "./idempotency.ts";
import { type IssuedCertificate, IssuedCertificates, invalidArn, notFound, type Stored } from "./issued.ts";
import { Arn, IssueCertificateInput, issueCertificate } from "./issuing.ts";
import { acmPcaOperations } from "./operations.ts";
import { Quota } from "./quota.ts";
import { Revocations, RevokeCertificateInput, type RevokedCertificate } from "./revocations.ts";
import { defaultTemplateArn } from "./templates.ts";

export interface AcmPcaOptions {
  readonly kernel: Kernel;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Tells an event on the default bus, best effort: whoever carries it may lose it. */
  readonly tell?: (event: ServiceEvent) => void;
}

const pendingReadsMax = 2;

const AuthorityInput = z.object({ CertificateAuthorityArn: Arn });
const GetCertificateInput = AuthorityInput.extend({ CertificateArn: Arn });

export class AcmPca {
  readonly service: AwsService;
  readonly #kernel: Kernel;
  readonly #clock: () => number;
  readonly #tell: (event: ServiceEvent) => void;
  readonly #authorities = new Map<string, CertificateAuthority>();
  readonly #issued = new IssuedCertificates();
  readonly #tokens = new Tokens<Stored>();
  readonly #revocations = new Revocations();
  /** https://docs.aws.amazon.com/privateca/latest/userguide/PcaLimits.html */
  readonly #quotas = {
    issue: new Quota(25),
    get: new Quota(75),
    describe: new Quota(20),
    chain: new Quota(20),
    revoke: new Quota(20),
  };

  constructor(options: AcmPcaOptions) {
    this.#kernel = options.kernel;
    this.#clock = options.clock ?? Date.now;
    this.#tell = options.tell ?? (() => {});
    this.service = {
      name: "acm-pca",
      wire: jsonWire({ target: "ACMPrivateCA", version: "1.1" }),
      table: acmPcaOperations,
      operations: {
        IssueCertificate: this.#issue,
        GetCertificate: this.#get,
        DescribeCertificateAuthority: this.#describe,
        GetCertificateAuthorityCertificate: this.#authorityCertificate,
        RevokeCertificate: this.#revoke,
      },
    };
  }

  async createAuthority(parameters: CaParameters): Promise<CertificateAuthority> {
    const authority = await createAuthority(parameters, this.#clock());
    this.#authorities.set(authority.arn, authority);
    return authority;
  }

  /** Everything issued so far, in order. */
  issued(): readonly IssuedCertificate[] {
    return this.#issued.list();
  }

  /** Everything revoked so far, in order. */
  revoked(): readonly RevokedCertificate[] {
    return this.#revocations.list();
  }

  readonly #issue: Prepare = (input, caller) => {
    const request = parseInput(IssueCertificateInput, input, "ValidationException");
    const templateArn = request.TemplateArn;
    return {
      // A call that leaves the template out carries no such key: the default template is not filled in.
      needs: [
        need(
          "IssueCertificate",
          request.CertificateAuthorityArn,
          templateArn === undefined ? {} : { "acm-pca:TemplateArn": templateArn },
        ),
      ],
      answer: async () => {
        this.#admit(this.#quotas.issue);
        const authority = this.#authority(request.CertificateAuthorityArn);
        const stored = await this.#tokens.once(request.IdempotencyToken, this.#clock(), () =>
          this.#issueAndTell(authority, request, caller.roleArn),
        );
        stored.calls += 1;
        return { CertificateArn: stored.certificateArn };
      },
    };
  };

  async #issueAndTell(
    authority: CertificateAuthority,
    request: IssueCertificateInput,
    roleArn: string,
  ): Promise<Stored> {
    try {
      const stored = await this.#issueNew(authority, request, roleArn);
      this.#tell(issuanceSucceeded(authority.arn, stored.certificateArn));
      return stored;
    } catch (error) {
      if (error instanceof Refusal) this.#tell(issuanceFailed(authority.arn));
      throw error;
    }
  }

  async #issueNew(
    authority: CertificateAuthority,
    request: IssueCertificateInput,
    roleArn: string,
  ): Promise<Stored> {
    const nowMs = this.#clock();
    const certificate = await issueCertificate(authority, request, nowMs);
    const { calm } = this.#kernel.faults;
    const stored: Stored = {
      certificateArn: `${authority.arn}/certificate/${BigInt(`0x${certificate.serialNumber}`)}`,
      authorityArn: authority.arn,
      serial: certificate.serialNumber.toLowerCase(),
      certificatePem: pemOf([certificate]),
      templateArn: request.TemplateArn ?? defaultTemplateArn,
      issuedAtMs: nowMs,
      issuedTo: roleArn,
      calls: 0,
      pendingReads: calm ? 0 : 1 + Math.floor(this.#kernel.faults.draw("acm-pca pending") * pendingReadsMax),
    };
    this.#issued.add(stored);
    return stored;
  }

  readonly #get: Prepare = (input) => {
    const request = parseInput(GetCertificateInput, input, "ValidationException");
    return {
      needs: [need("GetCertificate", request.CertificateAuthorityArn)],
      answer: () => {
        this.#admit(this.#quotas.get);
        const authority = this.#authority(request.CertificateAuthorityArn);
        const stored = this.#issued.byArn(authority, request.CertificateArn);
        if (stored.pendingReads > 0) {
          stored.pendingReads -= 1;
          throw new Refusal(400, "RequestInProgressException", "the certificate is still being issued");
        }
        return {
          Certificate: stored.certificatePem,
          CertificateChain: pemOf([authority.certificate, ...authority.above]),
        };
      },
    };
  };

  readonly #describe: Prepare = (input) =>
    this.#about(input, "DescribeCertificateAuthority", this.#quotas.describe, (authority) => ({
      CertificateAuthority: describeAuthority(authority, this.#clock()),
    }));

  readonly #authorityCertificate: Prepare = (input) =>
    this.#about(input, "GetCertificateAuthorityCertificate", this.#quotas.chain, (authority) => ({
      Certificate: pemOf([authority.certificate]),
      ...(authority.above.length === 0 ? {} : { CertificateChain: pemOf(authority.above) }),
    }));

  readonly #revoke: Prepare = (input, caller) => {
    const request = parseInput(RevokeCertificateInput, input, "ValidationException");
    return {
      needs: [need("RevokeCertificate", request.CertificateAuthorityArn)],
      answer: () => {
        this.#admit(this.#quotas.revoke);
        const authority = this.#authority(request.CertificateAuthorityArn);
        const nowMs = this.#clock();
        if (statusOf(authority, nowMs) === "EXPIRED") {
          throw new Refusal(400, "InvalidStateException", "the certificate authority has expired");
        }
        const { certificateArn, serial } = this.#issued.bySerial(authority, request.CertificateSerial);
        this.#revocations.add({
          certificateArn,
          authorityArn: authority.arn,
          serial,
          reason: request.RevocationReason,
          revokedAtMs: nowMs,
          revokedBy: caller.roleArn,
        });
        this.#tell(revocationSucceeded(authority.arn, certificateArn));
        return {};
      },
    };
  };

  #about(
    input: unknown,
    operation: string,
    quota: Quota,
    answer: (authority: CertificateAuthority) => unknown,
  ): Prepared {
    const { CertificateAuthorityArn: arn } = parseInput(AuthorityInput, input, "ValidationException");
    return {
      needs: [need(operation, arn)],
      answer: () => {
        this.#admit(quota);
        return answer(this.#authority(arn));
      },
    };
  }

  #admit(quota: Quota): void {
    if (!quota.admit(this.#clock())) throw new Refusal(400, "ThrottlingException", "Rate exceeded");
  }

  #authority(arn: string): CertificateAuthority {
    if (!/:certificate-authority\/[^/]+$/.test(arn)) throw invalidArn(arn);
    const authority = this.#authorities.get(arn);
    if (authority === undefined) throw notFound(arn);
    return authority;
  }
}

function need(operation: string, resource: string, context: Need["context"] = {}): Need {
  return { action: `acm-pca:${operation}`, resource, context };
}
