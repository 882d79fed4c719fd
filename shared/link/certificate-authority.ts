/** The CAs of a link: the one that issues, the one that is to take its place, and one for when neither can. */
import * as z from "zod";
import { Duration } from "./duration.ts";
import { CaArn, SubjectText } from "./names.ts";
import { strict } from "./strict.ts";

const CaMode = z
  .enum(["short-lived", "general-purpose"], { error: 'must be "short-lived" or "general-purpose"' })
  .default("short-lived");

const ISSUE_PER_SECOND =
  "must be a whole number from 1 to 1000: the signatures a second that the CA's quota leaves to this link";
/** The quota of IssueCertificate for an account and region is 25; https://docs.aws.amazon.com/privateca/latest/userguide/PcaLimits.html */
const IssuePerSecond = z
  .int({ error: ISSUE_PER_SECOND })
  .min(1, { error: ISSUE_PER_SECOND })
  .max(1_000, { error: ISSUE_PER_SECOND })
  .default(25);

interface AdoptedCa {
  readonly adopt: string;
}

interface CreatedCa {
  readonly commonName: string;
  readonly lifetimeSeconds: number;
}

/** A CA that exists, or one to create. Its mode is that of the issuing one. */
export type LinkCa = AdoptedCa | CreatedCa;

const WHICH = {
  adopt: CaArn.optional(),
  commonName: SubjectText.optional(),
  lifetime: Duration().optional(),
};
type Which = z.output<z.ZodObject<typeof WHICH>>;

const CA_LIFETIME_SECONDS = 10 * 31_536_000;

/** One object to the user, one of two to the rest; null when it is neither, or both. */
function toCa({ adopt, commonName, lifetime }: Which): LinkCa | null {
  if (adopt === undefined && commonName !== undefined)
    return { commonName, lifetimeSeconds: lifetime ?? CA_LIFETIME_SECONDS };
  return adopt !== undefined && commonName === undefined && lifetime === undefined ? { adopt } : null;
}

const OtherCa = strict(WHICH).transform((written, context): LinkCa => {
  const ca = toCa(written);
  if (ca !== null) return ca;
  const message =
    'either adopts or creates a CA: write { adopt: "arn:…" } or { commonName, lifetime }, not both';
  context.issues.push({ code: "custom", message, input: written.adopt });
  return z.NEVER;
});

export const CertificateAuthority = strict({
  ...WHICH,
  mode: CaMode,
  issuePerSecond: IssuePerSecond,
  /** Takes its place, once everybody trusts it. */
  next: OtherCa.optional(),
  /** Issues while the others cannot, if everybody trusts it. */
  failover: OtherCa.optional(),
}).transform(({ adopt, commonName, lifetime, next, failover, ...rest }, context) => {
  const others = {
    ...(next === undefined ? {} : { next }),
    ...(failover === undefined ? {} : { failover }),
  };
  const ca = toCa({ adopt, commonName, lifetime });
  if (ca !== null) return { ...ca, ...rest, ...others };
  const message =
    'either adopts or creates a CA: write { adopt: "arn:…", mode } or { commonName, mode, lifetime }, not both';
  context.issues.push({ code: "custom", message, input: adopt });
  return z.NEVER;
});
export type CertificateAuthority = z.output<typeof CertificateAuthority>;

/** What each CA of a link is to it, in the order in which deployments name them. */
export type CaRole = "issuing" | "next" | "failover";

export interface LinkedCa {
  readonly role: CaRole;
  readonly ca: LinkCa;
  /** In link.config.ts. */
  readonly path: string;
}

export function linkedCas(authority: CertificateAuthority): readonly LinkedCa[] {
  const { next, failover } = authority;
  const path = "certificateAuthority";
  return [
    { role: "issuing" as const, ca: authority, path },
    ...(next === undefined ? [] : [{ role: "next" as const, ca: next, path: `${path}.next` }]),
    ...(failover === undefined
      ? []
      : [{ role: "failover" as const, ca: failover, path: `${path}.failover` }]),
  ];
}
