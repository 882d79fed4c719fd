/** Which request is which operation, and the right that it needs. Names are decoded here, once. */
import type { KeyVaultOperation } from "./operations.ts";

export interface Route {
  readonly operation: KeyVaultOperation;
  readonly dataAction: string;
  readonly kind: "certificates" | "secrets";
  readonly name: string;
  readonly version: string | undefined;
}

interface Pattern {
  readonly method: string;
  readonly path: RegExp;
  readonly operation: KeyVaultOperation;
  readonly dataAction: string;
}

/** There is no right to merge: merging needs the right to create (package d.ts of keyvault-certificates). */
const CREATE = "Microsoft.KeyVault/vaults/certificates/create/action";
const READ = "Microsoft.KeyVault/vaults/certificates/read";
const UPDATE = "Microsoft.KeyVault/vaults/certificates/update/action";
const IMPORT = "Microsoft.KeyVault/vaults/certificates/import/action";
const DELETE = "Microsoft.KeyVault/vaults/certificates/delete";
const GET_SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action";
const SET_SECRET = "Microsoft.KeyVault/vaults/secrets/setSecret/action";
const READ_METADATA = "Microsoft.KeyVault/vaults/secrets/readMetadata/action";

function certificate(
  method: string,
  rest: string,
  operation: KeyVaultOperation,
  dataAction: string,
): Pattern {
  return { method, path: new RegExp(`^/certificates/(?<name>[^/]+)${rest}$`), operation, dataAction };
}

// More special paths first: a version is any last segment that is not a word of the interface.
const PATTERNS: readonly Pattern[] = [
  certificate("POST", "/create", "key-vault:CreateCertificate", CREATE),
  certificate("POST", "/import", "key-vault:ImportCertificate", IMPORT),
  certificate("POST", "/pending/merge", "key-vault:MergeCertificate", CREATE),
  certificate("GET", "/pending", "key-vault:GetCertificateOperation", READ),
  certificate("PATCH", "/pending", "key-vault:UpdateCertificateOperation", UPDATE),
  certificate("DELETE", "/pending", "key-vault:DeleteCertificateOperation", UPDATE),
  certificate("GET", "/policy", "key-vault:GetCertificatePolicy", READ),
  certificate("GET", "/versions", "key-vault:GetCertificateVersions", READ),
  certificate("GET", "/?", "key-vault:GetCertificate", READ),
  certificate("GET", "/(?<version>[0-9a-f]{32})", "key-vault:GetCertificate", READ),
  certificate("PATCH", "/?", "key-vault:UpdateCertificate", UPDATE),
  certificate("PATCH", "/(?<version>[0-9a-f]{32})", "key-vault:UpdateCertificate", UPDATE),
  certificate("DELETE", "/?", "key-vault:DeleteCertificate", DELETE),
  {
    method: "GET",
    path: /^\/secrets\/(?<name>[^/]+)\/versions$/,
    operation: "key-vault:GetSecretVersions",
    dataAction: READ_METADATA,
  },
  {
    method: "GET",
    path: /^\/secrets\/(?<name>[^/]+)(?:\/(?<version>[0-9a-f]{32})?)?$/,
    operation: "key-vault:GetSecret",
    dataAction: GET_SECRET,
  },
  {
    method: "PUT",
    path: /^\/secrets\/(?<name>[^/]+)\/?$/,
    operation: "key-vault:SetSecret",
    dataAction: SET_SECRET,
  },
  {
    method: "GET",
    path: /^\/deletedsecrets\/(?<name>[^/]+)\/?$/,
    operation: "key-vault:GetDeletedSecret",
    dataAction: READ_METADATA,
  },
];

/** Undefined for what the stand-in does not know. */
export function matchRoute(method: string, path: string): Route | undefined {
  for (const pattern of PATTERNS) {
    const groups = pattern.method === method ? pattern.path.exec(path)?.groups : undefined;
    const name = groups?.["name"];
    if (groups === undefined || name === undefined) continue;
    const { operation, dataAction } = pattern;
    const kind = path.startsWith("/certificates/") ? "certificates" : "secrets";
    return { operation, dataAction, kind, name: decodeURIComponent(name), version: groups["version"] };
  }
  return undefined;
}
