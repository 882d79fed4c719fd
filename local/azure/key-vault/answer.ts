/** Each operation on the vault's state, from a parsed request to the answer on the wire. */
import * as z from "zod";
import { type Answer, type Exchange, NotSupported } from "../../network/json-listener.ts";
import { secretVersions, setSecret } from "./answer-secret.ts";
import { deleteCertificate, setEnabled } from "./change-certificate.ts";
import { createCertificate } from "./create-certificate.ts";
import { mergeCertificate } from "./merge-certificate.ts";
import { cancelPending, deletePending, readPending } from "./pending-operation.ts";
import { parsePolicy } from "./policy.ts";
import { listVersions, readCertificate } from "./read-certificate.ts";
import { readSecret } from "./read-secret.ts";
import { ok, pageOf, parseBody } from "./request.ts";
import type { Route } from "./routes.ts";
import { deletedSecretBundle, secretBundle } from "./secret-wire.ts";
import { requireDeletedSecret } from "./secrets.ts";
import { requireCertificate, type Vault } from "./state.ts";
import {
  certificateBundle,
  deletedBundle,
  operationBundle,
  pendingId,
  policyBundle,
  versionItem,
} from "./wire.ts";

const CreateBody = z.object({ policy: z.unknown().optional() });
const MergeBody = z.object({ x5c: z.array(z.string()) });
const CancelBody = z.object({ cancellation_requested: z.literal(true) });
const UpdateBody = z.object({ attributes: z.object({ enabled: z.boolean().optional() }).optional() });

/** Seconds; shown on every answer that says "in progress". */
const RETRY_AFTER = { "retry-after": "10" };
const WHOLE = { policy: true, pending: true };

export interface VaultRequest {
  readonly vault: Vault;
  readonly route: Route;
  readonly exchange: Exchange;
  /** Draws whether a request for cancellation is heeded. */
  readonly heedsCancellation: () => boolean;
}

export async function answerOperation(request: VaultRequest): Promise<Answer> {
  const { vault, exchange } = request;
  const { operation, name, version } = request.route;
  const requestId = exchange.url.searchParams.get("request_id") ?? undefined;
  switch (operation) {
    case "key-vault:CreateCertificate":
      return create(request);
    case "key-vault:GetCertificateOperation": {
      const { pending } = readPending(vault, name, requestId);
      const headers = pending.status === "inProgress" ? RETRY_AFTER : {};
      return { status: 200, headers, json: operationBundle(vault, name, pending) };
    }
    case "key-vault:UpdateCertificateOperation": {
      parseBody(CancelBody, exchange);
      const heeded = request.heedsCancellation();
      const { pending, statusBefore } = cancelPending(vault, name, { heeded, requestId });
      return ok(operationBundle(vault, name, pending, statusBefore));
    }
    case "key-vault:DeleteCertificateOperation":
      return ok(operationBundle(vault, name, deletePending(vault, name, requestId).pending));
    case "key-vault:MergeCertificate":
      return merge(request);
    case "key-vault:ImportCertificate":
      throw new NotSupported("ImportCertificate");
    case "key-vault:GetCertificate": {
      const show = version === undefined ? WHOLE : { policy: false, pending: false };
      return ok(certificateBundle(vault, readCertificate(vault, name, version), show));
    }
    case "key-vault:GetCertificatePolicy":
      return ok(policyBundle(vault, name, requireCertificate(vault, name).policy));
    case "key-vault:GetCertificateVersions":
      return versions(request);
    case "key-vault:UpdateCertificate": {
      const enabled = parseBody(UpdateBody, exchange).attributes?.enabled;
      if (enabled === undefined) throw new NotSupported("UpdateCertificate of anything but `enabled`");
      const found = setEnabled(vault, { name, versionId: version }, enabled);
      return ok(certificateBundle(vault, found, { policy: false, pending: true }));
    }
    case "key-vault:DeleteCertificate": {
      const certificate = deleteCertificate(vault, name);
      return ok(deletedBundle(vault, certificate, certificate.deletedAt ?? 0));
    }
    case "key-vault:GetSecret":
      return ok(secretBundle(vault, name, readSecret(vault, name, version)));
    case "key-vault:GetSecretVersions":
      return secretVersions(vault, name, exchange);
    case "key-vault:GetDeletedSecret":
      return ok(deletedSecretBundle(vault, name, requireDeletedSecret(vault, name)));
    case "key-vault:SetSecret":
      return setSecret(vault, name, exchange);
  }
}

async function create({ vault, route: { name }, exchange }: VaultRequest): Promise<Answer> {
  const { policy } = parseBody(CreateBody, exchange);
  const given = policy === undefined ? undefined : parsePolicy(policy);
  const { pending } = await createCertificate(vault, name, given);
  const version = encodeURIComponent(exchange.url.searchParams.get("api-version") ?? "");
  const location = `${pendingId(vault, name)}?api-version=${version}&request_id=${pending.requestId}`;
  return { status: 202, headers: { location, ...RETRY_AFTER }, json: operationBundle(vault, name, pending) };
}

function merge({ vault, route: { name }, exchange }: VaultRequest): Answer {
  const { x5c } = parseBody(MergeBody, exchange);
  const found = mergeCertificate(vault, name, x5c);
  const location = `${vault.uri}/certificates/${name}`;
  return { status: 201, headers: { location }, json: certificateBundle(vault, found, WHOLE) };
}

function versions({ vault, route: { name }, exchange }: VaultRequest): Answer {
  const { page, nextLink } = pageOf(exchange);
  const listed = listVersions(vault, name, page);
  return ok({
    value: listed.versions.map((version) => versionItem(vault, name, version)),
    nextLink: nextLink(listed.nextSkip),
  });
}
