/** Addresses and prefixes as rules of an NSG hold them: with host bits they are none. */
import { isIP } from "node:net";

export type Family = "ipv4" | "ipv6";

/** Undefined for what is no address and no prefix of one. */
export function familyOf(text: string): Family | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (length !== undefined && !isPrefixOf(bytesOf(address), length, bits)) return undefined;
  return version === 4 ? "ipv4" : "ipv6";
}

function isPrefixOf(bytes: readonly number[], length: string, bits: number): boolean {
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return false;
  const address = BigInt(`0x${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);
  const host = (1n << BigInt(bits - Number(length))) - 1n;
  return (address & host) === 0n;
}

function bytesOf(address: string): number[] {
  if (!address.includes(":")) return address.split(".").map(Number);
  const [head = "", tail] = address.split("::");
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const zeroes = Array.from({ length: 16 - first.length - last.length }, () => 0);
  return [...first, ...zeroes, ...last];
}

/** The last group may be an IPv4 address. */
function groupsOf(text: string): number[] {
  return text
    .split(":")
    .filter((group) => group !== "")
    .flatMap((group) => {
      if (group.includes(".")) return group.split(".").map(Number);
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    });
}

/**
 * Those that rules may name, with or without a region; the list of the real service is longer.
 * https://learn.microsoft.com/azure/virtual-network/service-tags-overview
 */
const TAGS = [
  "ActionGroup",
  "ApiManagement",
  "AppConfiguration",
  "AppService",
  "AppServiceManagement",
  "AzureActiveDirectory",
  "AzureBackup",
  "AzureBotService",
  "AzureCloud",
  "AzureConnectors",
  "AzureContainerRegistry",
  "AzureCosmosDB",
  "AzureDatabricks",
  "AzureDevOps",
  "AzureEventGrid",
  "AzureFrontDoor.Backend",
  "AzureFrontDoor.FirstParty",
  "AzureFrontDoor.Frontend",
  "AzureInformationProtection",
  "AzureIoTHub",
  "AzureKeyVault",
  "AzureLoadBalancer",
  "AzureMachineLearning",
  "AzureMonitor",
  "AzurePlatformDNS",
  "AzurePlatformIMDS",
  "AzurePlatformLKM",
  "AzureResourceManager",
  "AzureSiteRecovery",
  "AzureTrafficManager",
  "DataFactory",
  "EventHub",
  "GatewayManager",
  "GuestAndHybridManagement",
  "HDInsight",
  "Internet",
  "LogicApps",
  "MicrosoftContainerRegistry",
  "PowerBI",
  "ServiceBus",
  "ServiceFabric",
  "Sql",
  "SqlManagement",
  "Storage",
  "VirtualNetwork",
].map((tag) => tag.toLowerCase());

export function isServiceTag(text: string): boolean {
  const tag = text.toLowerCase();
  return TAGS.some(
    (known) =>
      tag === known || (tag.startsWith(`${known}.`) && /^[a-z0-9]+$/.test(tag.slice(known.length + 1))),
  );
}
