/** How long it takes to plan many certificates, none of which needs a change: what almost every run does. */
import reference from "../../link.config.ts";
import { bunnyCertificates } from "../../shared/certificates/desired.ts";
import { type DesiredCertificate, type Observed, planCertificate } from "../../shared/certificates/plan.ts";
import { parseLink } from "../../shared/link/load.ts";
import { ratio, type Samples, summarize } from "./samples.ts";

const CERTIFICATES = 10_000;
const REPEATS = 11;
const WARM_UPS = 3;
/** 2026-03-28T12:00:00Z: what is planned lies on both sides of a change of clocks in Europe. */
const NOW = 1_774_699_200;

export interface PlanTime extends Samples {
  readonly plan: string;
  readonly certificates: number;
  /** To the median without a window. */
  readonly ratio: number;
  readonly microsecondsEach: number;
}

export function measurePlans(): PlanTime[] {
  const { window, ...plain } = referenceCertificate();
  if (window === undefined) throw new Error("the reference link has no certificate with a window");
  // One after the other, not in turns: what one leaves to the garbage collector would fall on the other's time.
  const without = timesOf(workFor(plain));
  const within = timesOf(workFor({ ...plain, window }));
  return [planTime("without a window", without, without), planTime("with a window", within, without)];
}

function planTime(plan: string, samples: Samples, plain: Samples): PlanTime {
  return {
    plan,
    certificates: CERTIFICATES,
    ...samples,
    ratio: ratio(samples.medianMs, plain.medianMs),
    microsecondsEach: Math.round((samples.medianMs * 10_000) / CERTIFICATES) / 10,
  };
}

function timesOf(work: Work): Samples {
  for (let warmUp = 0; warmUp < WARM_UPS; warmUp += 1) planAll(work);
  return summarize(Array.from({ length: REPEATS }, () => planAll(work)));
}

type Work = readonly (readonly [DesiredCertificate, Observed])[];

/** Milliseconds for all of it. */
function planAll(work: Work): number {
  const startedAt = performance.now();
  let changes = 0;
  for (const [desired, observed] of work) {
    if (planCertificate(desired, observed, NOW).change !== null) changes += 1;
  }
  const timeMs = performance.now() - startedAt;
  if (changes > 0) throw new Error(`${changes} certificates were to be changed: this is another measurement`);
  return timeMs;
}

function referenceCertificate(): DesiredCertificate {
  const [certificate] = bunnyCertificates(parseLink(reference));
  if (certificate === undefined) throw new Error("the reference link has no certificate");
  return certificate;
}

/** Certificates of their own names, so of their own jitter, issued within the last day. */
function workFor(certificate: DesiredCertificate): Work {
  return Array.from({ length: CERTIFICATES }, (_, index) => {
    const desired = { ...certificate, name: `${certificate.name}-${index}` };
    return [desired, observedOf(desired, NOW - Math.floor((86_400 * index) / CERTIFICATES))] as const;
  });
}

function observedOf({ identity, key, lifetimeSeconds }: DesiredCertificate, issuedAt: number): Observed {
  const current = {
    version: "0",
    enabled: true,
    serial: "0",
    notBefore: issuedAt - 3_600,
    notAfter: issuedAt + lifetimeSeconds,
    createdAt: issuedAt,
    identity,
    key,
    issuer: "a".repeat(64),
  };
  return {
    certificate: { current, pending: null },
    intent: null,
    seen: issuedAt,
    orders: [],
    ca: {
      active: true,
      notAfter: NOW + 315_360_000,
      shortLived: true,
      signingAlgorithm: "SHA256WITHECDSA",
    },
    caArn: "arn:aws:acm-pca:eu-west-2:123456789012:certificate-authority/0",
  };
}
