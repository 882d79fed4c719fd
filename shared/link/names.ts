/** The names in a link, each with the rule of whoever will take it. */
import * as z from "zod";

const text = (what: string, rule: RegExp, how: string) =>
  z.string({ error: `must be a text: ${how}` }).regex(rule, { error: `is no ${what}: ${how}` });

const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** A link's or a bunny's. A bunny's is part of its vault's name, which has 24 characters at most. */
export const KebabName = (min: number, max: number) =>
  z
    .string({ error: `must be a name of ${min} to ${max} lower-case letters, digits and single hyphens` })
    .refine((name) => KEBAB.test(name) && name.length >= min && name.length <= max, {
      error: `must be ${min} to ${max} lower-case letters, digits and single hyphens, starting with a letter`,
    });

export const AwsRegion = text("AWS region", /^[a-z]{2}(-[a-z]+)+-\d$/, 'write one such as "eu-west-2"');
export const AzureLocation = text("Azure location", /^[a-z]+\d?$/, 'write its short name, such as "uksouth"');

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const LogGroupName = text(
  "log group name",
  /^[.\-_/#A-Za-z0-9]{1,512}$/,
  'use letters, digits and . - _ / #, such as "/example/relay"',
);

export const CaArn = text(
  "ARN of a private CA",
  /^arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[0-9a-f-]{36}$/,
  'copy it from AWS Private CA; it looks like "arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID"',
);

/** A role, and exactly one: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export const IamRoleArn = text(
  "ARN of a role",
  /^arn:aws[a-z-]*:iam::\d{12}:role\/([\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/,
  'copy it from IAM; it looks like "arn:aws:iam::ACCOUNT:role/NAME"',
);

/** https://learn.microsoft.com/rest/api/keyvault/certificates/create-certificate/create-certificate */
export const VaultCertificateName = text(
  "certificate name that Key Vault takes",
  /^[0-9a-zA-Z-]{1,127}$/,
  "use 1 to 127 letters, digits and hyphens",
);

const LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const DNS_NAME = new RegExp(`^(${LABEL}\\.)*${LABEL}$`);
const DNS_NAME_MAX = 253;

/** A host name (RFC 1123) in lower case, as the CSR will be compared; no wildcard, no trailing dot. */
export const DnsName = z
  .string({ error: 'must be a DNS name such as "bunny.example.com"' })
  .superRefine((name, context) => {
    const lower = name.toLowerCase();
    const sound = DNS_NAME.test(lower) && lower.length <= DNS_NAME_MAX && !/(^|\.)\d+$/.test(lower);
    if (!sound) {
      context.addIssue({
        code: "custom",
        message: `"${name}" is no DNS name: write one such as "bunny.example.com"`,
      });
    } else if (name !== lower) {
      context.addIssue({ code: "custom", message: `"${name}" has capitals: write "${lower}"` });
    }
  });

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export const KubernetesNamespace = text(
  "Kubernetes namespace",
  new RegExp(`^${LABEL}$`),
  "use at most 63 lower-case letters, digits and hyphens",
);
export const KubernetesServiceAccount = text(
  "Kubernetes service account",
  new RegExp(`^(?=.{1,253}$)(${LABEL}\\.)*${LABEL}$`),
  "use lower-case letters, digits, hyphens and dots",
);

const SUBJECT_MAX = 64;
// Key Vault takes the subject as one string, in which these characters would have to be escaped.
const SUBJECT_SPECIAL = /[\p{C}\p{Zl}\p{Zp}",+=<>;\\#]/u;

/** A common name or organization: at most 64 characters (RFC 5280, ub-common-name and ub-organization-name). */
export const SubjectText = z
  .string({ error: "must be text of 1 to 64 characters" })
  .transform((value) => value.normalize("NFC"))
  .superRefine((value, context) => {
    const length = [...value].length;
    if (length === 0 || length > SUBJECT_MAX) {
      context.addIssue({
        code: "custom",
        message: `has ${length} characters: X.509 takes 1 to ${SUBJECT_MAX}`,
      });
    }
    if (SUBJECT_SPECIAL.test(value) || value !== value.trim()) {
      const message = `"${value}" has spaces around it, control characters or one of " , + = < > ; \\ #: leave them out`;
      context.addIssue({ code: "custom", message });
    }
  });

/** The issuer of a cluster's service-account tokens, kept to the letter: Entra ID compares it as text. */
export const IssuerUrl = z
  .string({ error: "must be the https URL of the cluster's OIDC issuer" })
  .refine(isIssuer, {
    error: "is no OIDC issuer: copy the https URL from `az aks show --query oidcIssuerProfile.issuerUrl`",
  });

function isIssuer(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== "https:" || /\s/.test(text)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

const ZONE_SHAPE = /^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)*$/;

/** An IANA time zone, spelled as in the tz database; EventBridge Scheduler takes no other spelling. */
export const TimeZone = z
  .string({ error: 'must be an IANA time zone such as "Europe/London" or "UTC"' })
  .refine((zone) => ZONE_SHAPE.test(zone) && isKnownZone(zone), {
    error: (issue) => `"${issue.input}" is no IANA time zone: write one such as "Europe/London" or "UTC"`,
  });

/**
 * The list is asked first: the first `DateTimeFormat` of a process takes longer than all the rest of a link. The
 * list leaves out UTC and names that are kept for old times' sake.
 */
function isKnownZone(zone: string): boolean {
  if (zone === "UTC" || Intl.supportedValuesOf("timeZone").includes(zone)) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch (error) {
    // The one way to ask: Intl throws RangeError for a zone that it does not know.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** An IPv4 address, without leading zeros, so that two texts are the same address only if they are the same text. */
export const IpAddress = text(
  "IPv4 address",
  /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/,
  'write one such as "203.0.113.10"',
);

export const VpnConnectionId = text(
  "id of a VPN connection",
  /^vpn-([0-9a-f]{8}|[0-9a-f]{17})$/,
  'copy it from AWS; it looks like "vpn-0a1b2c3d4e5f60718"',
);

export const VpnGatewayId = text(
  "id of a gateway",
  /^(vgw|tgw)-([0-9a-f]{8}|[0-9a-f]{17})$/,
  'copy that of the virtual private gateway ("vgw-…") or of the transit gateway ("tgw-…") from AWS',
);

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftnetwork */
const azureName = (what: string) =>
  text(
    what,
    /^[A-Za-z0-9]([\w.-]{0,78}\w)?$/,
    "use at most 80 letters, digits and . - _, a letter or digit first",
  );
export const AzureConnectionName = azureName("name of an Azure connection");
export const AzureResourceName = azureName("name of an Azure network resource");

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources */
export const ResourceGroupName = text(
  "name of a resource group",
  /^[\w().-]{0,89}[\w()-]$/,
  "use at most 90 letters, digits and . - _ ( ), no full stop last",
);

export const SubscriptionId = text(
  "subscription id",
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  "copy it in lower case from `az account show --query id`",
);

export const SlackChannelId = text(
  "Slack channel id",
  /^[CG][A-Z0-9]{8,20}$/,
  'open the channel\'s details in Slack and copy the id at their end; it looks like "C0123456789"',
);

export const EmailAddress = text(
  "e-mail address",
  /^(?=.{3,254}$)[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/,
  'write one such as "on-call@example.com"',
);
