/**
 * The rules of a link that need several of its fields. They run once its structure is sound, all of them, and
 * each fault says what to do.
 */
import { allowlistFaults } from "../allowlists/checks.ts";
import { authFailureFaults } from "../auth-failures/checks.ts";
import {
  closedLimitSeconds,
  earliestRenewalSeconds,
  jitterLimitSeconds,
  renewBySeconds,
} from "../certificates/lifetime.ts";
import { apiKeyFaults } from "./api-keys.ts";
import { linkedCas } from "./certificate-authority.ts";
import { contains, overlaps } from "./cidr.ts";
import { formatDuration } from "./duration.ts";
import { duplicates, type Fault } from "./faults.ts";
import type { Link, LinkCertificate } from "./schema.ts";
import { trustFaults } from "./trust.ts";
import { vpnFaults } from "./vpn-checks.ts";
import { longestClosedSeconds, openSeconds } from "./window.ts";

/** https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html */
export const SHORT_LIVED_MAX_SECONDS = 7 * 86_400;

const LEAD_RUNS = 2;

export function linkFaults(link: Link): Fault[] {
  return [
    ...networkFaults("aws.vpc", link.aws.vpc.cidr, "privateSubnets", link.aws.vpc.privateSubnets),
    ...networkFaults("azure.vnet", link.azure.vnet.cidr, "subnets", link.azure.vnet.subnets),
    ...overlapFaults(link),
    ...caFaults(link),
    ...nameFaults(link),
    ...relayFaults(link),
    ...apiKeyFaults(link),
    ...trustFaults(link),
    ...vpnFaults(link.vpn),
    ...allowlistFaults(link),
    ...authFailureFaults(link),
    ...certificatesOf(link).flatMap(({ at, certificate }) =>
      certificateFaults(link, certificate).map(({ path, message }) => ({ path: `${at}.${path}`, message })),
    ),
  ];
}

/** Every certificate of the link, with its path. */
function certificatesOf({
  relay,
  bunnies,
}: Link): { readonly at: string; readonly certificate: LinkCertificate }[] {
  const own = relay.certificate === undefined ? [] : [{ at: RELAY, certificate: relay.certificate }];
  const ofBunnies = bunnies.flatMap(({ certificates }, b) =>
    certificates.map((certificate, c) => ({ at: `bunnies[${b}].certificates[${c}]`, certificate })),
  );
  return [...own, ...ofBunnies];
}

const RELAY = "relay.certificate";
/** RFC 5280, ub-common-name. */
const COMMON_NAME_MAX = 64;

function relayFaults({ relay: { host, certificate } }: Link): Fault[] {
  if (certificate === undefined) return [];
  const { commonName, dnsNames } = certificate.identity;
  const faults: Fault[] = [];
  if (commonName.length > COMMON_NAME_MAX) {
    const message = `is missing, and relay.host has over ${COMMON_NAME_MAX} characters, too long for a common name: write { commonName, dnsNames: ["${host}"] }`;
    faults.push({ path: `${RELAY}.identity`, message });
  }
  // A client compares the name that it called with these, and with nothing else (RFC 9525).
  if (!dnsNames.includes(host)) {
    const message = `does not name relay.host "${host}", so no client would accept it: add it`;
    faults.push({ path: `${RELAY}.identity.dnsNames`, message });
  }
  return faults;
}

function networkFaults(path: string, network: string, key: string, subnets: readonly string[]): Fault[] {
  return subnets.flatMap((subnet, index): Fault[] => {
    const at = `${path}.${key}[${index}]`;
    const other = subnets.slice(0, index).find((earlier) => overlaps(earlier, subnet));
    const outside = `${subnet} is outside of ${path}.cidr ${network}: choose a part of it`;
    return [
      ...(contains(network, subnet) ? [] : [{ path: at, message: outside }]),
      ...(other === undefined
        ? []
        : [{ path: at, message: `${subnet} overlaps ${other}: choose another part` }]),
    ];
  });
}

function overlapFaults({ aws, azure }: Link): Fault[] {
  if (!overlaps(aws.vpc.cidr, azure.vnet.cidr)) return [];
  const message = `${azure.vnet.cidr} overlaps aws.vpc.cidr ${aws.vpc.cidr}: no route could tell them apart, so choose another network`;
  return [{ path: "azure.vnet.cidr", message }];
}

function caFaults({ aws, certificateAuthority }: Link): Fault[] {
  return linkedCas(certificateAuthority).flatMap(({ ca, path }): Fault[] => {
    if (!("adopt" in ca)) return [];
    const region = ca.adopt.split(":")[3];
    if (region === aws.region) return [];
    const message = `is in ${region}, but aws.region is ${aws.region}: adopt a CA of that region`;
    return [{ path: `${path}.adopt`, message }];
  });
}

function nameFaults(link: Link): Fault[] {
  const named = link.bunnies.map((bunny, b) => ({ name: bunny.name, path: `bunnies[${b}].name` }));
  // Key Vault's names ignore case, so names that differ in it only would be one certificate.
  const certificates = certificatesOf(link).map(({ at, certificate }) => ({
    name: certificate.name.toLowerCase(),
    path: `${at}.name`,
  }));
  const rule = (what: string) => `each ${what} of a link needs its own name`;
  return [
    ...duplicates("bunny", named, rule("bunny")),
    ...duplicates("certificate", certificates, rule("certificate")),
  ];
}

function certificateFaults(link: Link, certificate: LinkCertificate): Fault[] {
  const renewal = renewalFaults(certificate);
  // Jitter and window are measured by the renewal point: without a sound one they would only repeat its fault.
  const timing =
    renewal.length > 0
      ? renewal
      : [
          ...leadFaults(link, certificate),
          ...proofFaults(certificate),
          ...jitterFaults(certificate),
          ...windowFaults(link, certificate),
        ];
  return [...lifetimeFaults(link, certificate), ...timing];
}

function lifetimeFaults({ certificateAuthority: ca }: Link, { lifetimeSeconds }: LinkCertificate): Fault[] {
  const path = "lifetime";
  const life = formatDuration(lifetimeSeconds);
  if (ca.mode === "short-lived" && lifetimeSeconds > SHORT_LIVED_MAX_SECONDS) {
    const message = `${life} is over 7 days, the most a short-lived CA signs: shorten it, or set certificateAuthority.mode to "general-purpose"`;
    return [{ path, message }];
  }
  const outlived = linkedCas(ca).find(
    ({ ca: one }) => "lifetimeSeconds" in one && lifetimeSeconds >= one.lifetimeSeconds,
  );
  if (outlived !== undefined && "lifetimeSeconds" in outlived.ca) {
    const message = `${life} does not end before the CA, which lives for ${formatDuration(outlived.ca.lifetimeSeconds)}: shorten it, or lengthen ${outlived.path}.lifetime`;
    return [{ path, message }];
  }
  return [];
}

function renewalFaults({ lifetimeSeconds, renewAt }: LinkCertificate): Fault[] {
  const path = "renewAt";
  const life = formatDuration(lifetimeSeconds);
  if (jitterLimitSeconds(lifetimeSeconds, renewAt) >= 0) return [];
  return [
    { path, message: `would renew at once, again and again, with a lifetime of ${life}: raise one of them` },
  ];
}

/** What is left after the latest renewal is for a run that failed: at least one more must come in time. */
function leadFaults({ certificates }: Link, { lifetimeSeconds, renewAt }: LinkCertificate): Fault[] {
  const lead = lifetimeSeconds - renewBySeconds(lifetimeSeconds, renewAt);
  if (lead >= LEAD_RUNS * certificates.checkEverySeconds) return [];
  const message = `leaves ${formatDuration(lead)} after the latest renewal, less than ${LEAD_RUNS} looks (certificates.checkEvery is ${formatDuration(certificates.checkEverySeconds)}): lower it, lengthen the lifetime, or look more often`;
  return [{ path: "renewAt", message }];
}

/** What comes after the next renewal would never be reached: each version would replace the one before. */
function proofFaults({
  lifetimeSeconds,
  renewAt,
  jitterMaxSeconds,
  window,
  ...certificate
}: LinkCertificate): Fault[] {
  const wait = proofWait(certificate);
  // Jitter that is a fault of its own says nothing of when the next renewal comes.
  if (wait === null || jitterMaxSeconds > jitterLimitSeconds(lifetimeSeconds, renewAt)) return [];
  const renewed =
    window === undefined
      ? renewBySeconds(lifetimeSeconds, renewAt) - jitterMaxSeconds
      : earliestRenewalSeconds(lifetimeSeconds, renewAt);
  if (wait.seconds < renewed) return [];
  const message = `${formatDuration(wait.seconds)} is not over before the next renewal, which may come after ${formatDuration(renewed)}: shorten it`;
  return [{ path: wait.path, message }];
}

/** How long a new version's proof may take; null when that is left to a person. */
function proofWait({ proof, proofWithinSeconds }: Pick<LinkCertificate, "proof" | "proofWithinSeconds">) {
  if (proof === "manual") return null;
  if (proof === "observed") return { path: "proofWithin", seconds: proofWithinSeconds };
  return { path: "proof.after", seconds: proof.after };
}

function jitterFaults({ lifetimeSeconds, renewAt, jitterMaxSeconds }: LinkCertificate): Fault[] {
  const limit = jitterLimitSeconds(lifetimeSeconds, renewAt);
  if (jitterMaxSeconds <= limit) return [];
  const message = `${formatDuration(jitterMaxSeconds)} must be under half of renewAt x lifetime, or a fresh certificate could be due at once: write at most "${formatDuration(limit)}"`;
  return [{ path: "jitter", message }];
}

/**
 * A window is impossible when a certificate can live from its earliest renewal (half of renewAt x lifetime
 * after its issue) to its latest (renewAt x lifetime) without meeting an opening.
 */
function windowFaults(link: Link, { lifetimeSeconds, renewAt, window }: LinkCertificate): Fault[] {
  if (window === undefined) return [];
  const path = "window";
  const open = openSeconds(window);
  if (open === 0)
    return [{ path, message: `opens and closes at ${window.from}: widen it, or leave it out for any time` }];
  const checkEvery = link.certificates.checkEverySeconds;
  if (open < checkEvery) {
    const message = `is open for ${formatDuration(open)}, shorter than certificates.checkEvery (${formatDuration(checkEvery)}), so it could be missed: widen it`;
    return [{ path, message }];
  }
  const closed = longestClosedSeconds(window);
  const limit = closedLimitSeconds(lifetimeSeconds, renewAt);
  if (closed <= limit) return [];
  const message = `stays closed for up to ${formatDuration(closed)} (a clock change included), but a certificate must meet it in the second half of renewAt x lifetime, which is ${formatDuration(limit)}: add days, open it longer, or lengthen the lifetime`;
  return [{ path, message }];
}
