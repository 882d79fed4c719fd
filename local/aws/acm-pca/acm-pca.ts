/**
 * AWS Private CA: issues real certificates, asynchronously as the service does (GetCertificate is first answered
 * with RequestInProgressException), and keeps what it issued for tests to count.
 */
import * as z from "zod";
import type { Kernel } from "../../stand-in/kernel.ts";
import { Refusal } from "../../stand-in/operations.ts";
import { parseInput } from "../input.ts";
import { jsonWire } from "../json-wire.ts";
import type { AwsService, Need, Prepare, Prepared } from "../service.ts";
import { type CaParameters, type CertificateAuthority, createAuthority } from "./authority.ts";
import { describeAuthority, pemOf } from "./describe.ts";
import { Tokens } from "./idempotency.ts";
import { Arn, IssueCertificateInput, issueCertificate } from "./issuing.ts";
import { acmPcaOperations } from "./operations.ts";
import { Quota } from "./quota.ts";
import { defaultTemplateArn } from "./templates.ts";

export interface IssuedCertificate {
  readonly certificateArn: string;
  readonly authorityArn: string;
  /** Lower-case hexadecimal. */
  readonly serial: string;
  readonly certificatePem: string;
  readonly templateArn: string;
  readonly issuedAtMs: number;
  /** The role whose call it was. */
  readonly issuedTo: string;
  /** How many IssueCertificate calls were answered with it: more than 1 by its idempotency token. */
  readonly calls: number;
}

export interface AcmPcaOptions {
  readonly kernel: Kernel;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Called after each issuance, for the service's "Certificate Issuance" event. */
  readonly onIssued?: (issued: IssuedCertificate) => void;
}

const pendingReadsMax = 2;

type Stored = { -readonly [Key in keyof IssuedCertificate]: IssuedCertificate[Key] } & {
  pendingReads: number;
};

const AuthorityInput = z.object({ CertificateAuthorityArn: Arn });
const GetCertificateInput = AuthorityInput.extend({ CertificateArn: Arn });

export class AcmPca {
  readonly service: AwsService;
  readonly #kernel: Kernel;
  readonly #clock: () => number;
  readonly #onIssued: (issued: IssuedCertificate) => void;
  readonly #authorities = new Map<string, CertificateAuthority>();
  readonly #issued = new Map<string, Stored>();
  readonly #tokens = new Tokens<Stored>();
  /** https://docs.aws.amazon.com/privateca/latest/userguide/PcaLimits.html */
  readonly #quotas = {
    issue: new Quota(25),
    get: new Quota(75),
    describe: new Quota(20),
    chain: new Quota(20),
  };

  constructor(options: AcmPcaOptions) {
    this.#kernel = options.kernel;
    this.#clock = options.clock ?? Date.now;
    this.#onIssued = options.onIssued ?? (() => {});
    this.service = {
      name: "acm-pca",
      wire: jsonWire({ target: "ACMPrivateCA", version: "1.1" }),
      table: acmPcaOperations,
      operations: {
        IssueCertificate: this.#issue,
        GetCertificate: this.#get,
        DescribeCertificateAuthority: this.#describe,
        GetCertificateAuthorityCertificate: this.#authorityCertificate,
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
    return [...this.#issued.values()];
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
          this.#issueNew(authority, request, caller.roleArn),
        );
        stored.calls += 1;
        return { CertificateArn: stored.certificateArn };
      },
    };
  };

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
    this.#issued.set(stored.certificateArn, stored);
    this.#onIssued(stored);
    return stored;
  }

  readonly #get: Prepare = (input) => {
    const request = parseInput(GetCertificateInput, input, "ValidationException");
    return {
      needs: [need("GetCertificate", request.CertificateAuthorityArn)],
      answer: () => {
        this.#admit(this.#quotas.get);
        const authority = this.#authority(request.CertificateAuthorityArn);
        const stored = this.#certificate(authority, request.CertificateArn);
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

  #certificate(authority: CertificateAuthority, arn: string): Stored {
    if (!/^[^/]+\/[^/]+\/certificate\/\d+$/.test(arn)) throw invalidArn(arn);
    const stored = this.#issued.get(arn);
    if (stored?.authorityArn !== authority.arn) throw notFound(arn);
    return stored;
  }
}

function need(operation: string, resource: string, context: Need["context"] = {}): Need {
  return { action: `acm-pca:${operation}`, resource, context };
}

const invalidArn = (arn: string) => new Refusal(400, "InvalidArnException", `${arn} is not the expected ARN`);
const notFound = (arn: string) => new Refusal(400, "ResourceNotFoundException", `Could not find ${arn}`);
