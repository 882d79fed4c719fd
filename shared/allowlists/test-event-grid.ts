/** Callers and events of Azure Resource Manager as Event Grid delivers them, for tests. Ids and names are invented. */

export const SUB = "/subscriptions/3c2b1a00-0000-4000-8000-000000000001";
export const NSG = `${SUB}/resourceGroups/rg-link/providers/Microsoft.Network/networkSecurityGroups/nsg-bunny`;
export const AKS = `${SUB}/resourceGroups/MC_rg-link_bunny_uksouth/providers/Microsoft.Network/networkSecurityGroups/aks-agentpool-31415926-nsg`;
const TENANT = "7e000000-0000-4000-8000-000000000007";
export const OWN = "0a000000-0000-4000-8000-00000000000a";
export const LISTENING = {
  groups: [
    { name: "bunny", id: NSG },
    { name: "nodes", id: AKS },
  ],
  ownIdentities: [OWN.toUpperCase()],
};

export const OID = "http://schemas.microsoft.com/identity/claims/objectidentifier";
export const TID = "http://schemas.microsoft.com/identity/claims/tenantid";
const UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
export const NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
const PORTAL = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";
const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

export const ALICE = {
  appid: PORTAL,
  ipaddr: "203.0.113.9",
  name: "Alice",
  [OID]: "a11ce000-0000-4000-8000-000000000001",
  [UPN]: "alice@example.com",
};
export const GUEST = {
  appid: AZURE_CLI,
  name: "Bob (Example)",
  [OID]: "b0b00000-0000-4000-8000-000000000002",
  [UPN]: "bob_partner.example#EXT#@example.onmicrosoft.com",
};
export const PIPELINE = {
  appid: "5e000000-0000-4000-8000-000000000003",
  appidacr: "2",
  idtyp: "app",
  [OID]: "5e000000-0000-4000-8000-000000000004",
};
export const IDENTITY = {
  appid: "1d000000-0000-4000-8000-000000000005",
  idtyp: "app",
  [OID]: "1d000000-0000-4000-8000-000000000006",
  xms_mirid: `${SUB}/resourcegroups/rg-link/providers/Microsoft.ManagedIdentity/userAssignedIdentities/bunny-agentpool`,
};

export const WRITE = "Microsoft.Network/networkSecurityGroups/securityRules/write";
export const rule = (name: string) => `${NSG}/securityRules/${name}`;

export const grid = (
  subject: string,
  data: object = {},
  eventType = "Microsoft.Resources.ResourceWriteSuccess",
) => ({
  id: "e0000000-0000-4000-8000-000000000010",
  topic: SUB,
  subject,
  eventType,
  eventTime: "2026-11-21T08:20:00.1234567Z",
  data: {
    authorization: {
      scope: subject,
      action: WRITE,
      evidence: { role: "Network Contributor", principalId: "e1", principalType: "User" },
    },
    claims: ALICE,
    correlationId: "c0000000-0000-4000-8000-000000000011",
    httpRequest: {
      clientRequestId: "r1",
      clientIpAddress: "198.51.100.4",
      method: "PUT",
      url: "https://management.azure.com/",
    },
    resourceProvider: "Microsoft.Network",
    resourceUri: subject,
    operationName: WRITE,
    status: "Succeeded",
    subscriptionId: "3c2b1a00-0000-4000-8000-000000000001",
    tenantId: TENANT,
    ...data,
  },
  dataVersion: "2",
  metadataVersion: "1",
});
export const DELETED = "Microsoft.Resources.ResourceDeleteSuccess";
