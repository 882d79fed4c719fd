/** What a deployment must never do with VPN tunnels, found in its resources. */
import type { Resource } from "./schema.ts";

const AWS_CONNECTION = "aws:ec2/vpnConnection:VpnConnection";
const AZURE_CONNECTION = "azure-native:network:VirtualNetworkGatewayConnection";
/** Without one of these a tunnel is gone, or has nobody to speak to. */
const KEPT = [
  AWS_CONNECTION,
  AZURE_CONNECTION,
  "aws:ec2/customerGateway:CustomerGateway",
  "azure-native:network:LocalNetworkGateway",
];
/** Inputs that hold a pre-shared key. */
const KEYS = ["tunnel1PresharedKey", "tunnel2PresharedKey", "sharedKey"];

/** Returns one sentence for each fault. `changingInputs` are all inputs that the provider may change in place. */
export function findVpnFaults(resources: readonly Resource[], changingInputs: readonly string[]): string[] {
  return resources.flatMap((resource) => {
    if (!KEPT.includes(resource.type)) return [];
    return [
      ...(resource.protect && resource.retainOnDelete
        ? []
        : [`${resource.name}: may be deleted with the deployment`]),
      ...(resource.adopted ? [`${resource.name}: exists already, and may only be named`] : []),
      ...KEYS.filter((key) => resource.inputs[key] !== undefined).map(
        (key) => `${resource.name}: has ${key} in the deployment, and so in its state`,
      ),
      ...mayChange(resource, changingInputs).map(
        (option) => `${resource.name}: a deployment may change ${option}, which takes the tunnel down`,
      ),
    ];
  });
}

function mayChange({ type, ignoreChanges }: Resource, changingInputs: readonly string[]): string[] {
  const fixed = type === AWS_CONNECTION ? changingInputs : type === AZURE_CONNECTION ? ["sharedKey"] : [];
  return fixed.filter((option) => !ignoreChanges.includes(option));
}
