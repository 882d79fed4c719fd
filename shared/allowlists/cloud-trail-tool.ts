/**
 * With what a call was made. What AWS says itself comes first: the service that called on somebody's behalf, and that
 * the credentials are of a session in the console. The user agent is what the caller says of itself.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import type { Tool } from "./actor.ts";
import { field, textAt, textOf } from "./event-fields.ts";

const SERVICE = /^([a-z0-9-]{1,60})(\.[a-z0-9-]{1,30})?\.amazonaws\.com$/;
const SERVICE_NAMES: ReadonlyMap<string, string> = new Map([
  ["autoscaling", "Auto Scaling"],
  ["cloudformation", "CloudFormation"],
  ["config", "AWS Config"],
  ["eks", "EKS"],
  ["elasticloadbalancing", "Elastic Load Balancing"],
  ["fms", "Firewall Manager"],
  ["lambda", "Lambda"],
  ["rds", "RDS"],
  ["servicecatalog", "Service Catalog"],
  ["ssm", "Systems Manager"],
]);

/** The first that fits: what is built upon another names that one too. */
const AGENTS: readonly (readonly [RegExp, string])[] = [
  [/exec-env\/CloudShell/i, "CLI in CloudShell"],
  [/\bOpenTofu\//i, "OpenTofu"],
  [/\bTerraform\/|terraform-provider-/i, "Terraform"],
  [/\bPulumi/i, "Pulumi"],
  [/\bansible/i, "Ansible"],
  [/\beksctl\//i, "eksctl"],
  [/\belbv2\.k8s\.aws\//i, "AWS Load Balancer Controller"],
  [/\bcrossplane/i, "Crossplane"],
  [/^\[?aws-cli\//i, "CLI"],
  [/^\[?AWSPowerShell|aws-tools-powershell/i, "Tools for PowerShell"],
  [/^(console|signin|ec2)\.amazonaws\.com$|EC2Console|^\[?AWS Internal|^Mozilla\//i, "console"],
  [/^\[?Boto3\/|^\[?Botocore\//i, "SDK for Python"],
  [/^\[?aws-sdk-js\//i, "SDK for JavaScript"],
  [/^\[?aws-sdk-go(-v2)?\//i, "SDK for Go"],
  [/^\[?aws-sdk-java\//i, "SDK for Java"],
  [/^\[?aws-sdk-/i, "SDK"],
];

/** An agent may be a kilobyte long; what tells tools apart stands within this. */
const AGENT_MAX = 1_024;

/** `detail` of the event. Null when nothing is known of it. */
export function toolOfCall(detail: unknown): Tool | null {
  const service =
    serviceOf(textAt(detail, "userIdentity", "invokedBy")) ?? serviceOf(textAt(detail, "sourceIPAddress"));
  if (service !== null) return { name: `via ${service}`, isClaimed: false };
  const agent = textOf(field(detail, "userAgent"), AGENT_MAX);
  const claimed = agent === null ? undefined : AGENTS.find(([pattern]) => pattern.test(agent))?.[1];
  if (isFromConsole(detail)) {
    const name = claimed === "CLI in CloudShell" ? "console (CloudShell)" : "console";
    return { name, isClaimed: false };
  }
  return claimed === undefined ? null : { name: claimed, isClaimed: true };
}

function serviceOf(host: string | null): string | null {
  const name = host === null ? undefined : SERVICE.exec(host)?.[1];
  return name === undefined ? null : (SERVICE_NAMES.get(name) ?? name);
}

/** A text, in the records that have it. */
function isFromConsole(detail: unknown): boolean {
  const said = field(detail, "sessionCredentialFromConsole");
  return said === "true" || said === true;
}
