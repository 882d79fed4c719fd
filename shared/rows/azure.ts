/**
 * The rows in Azure Table Storage, over Microsoft's client, with the Function's own identity. The table is deployed
 * with the app; nothing here creates it, so that one that is missing is told and not begun anew.
 *
 * Codes: https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes
 */
import type { TokenCredential } from "@azure/core-auth";
import {
  odata,
  TableClient,
  type TableEntityQueryOptions,
  type TableServiceClientOptions,
} from "@azure/data-tables";
import * as z from "zod";
import { CLOUD_CODE, CloudError } from "../runtime/errors.ts";
import { joinText, splitText } from "./row-text.ts";
import { LIST_MAX, type Row, type RowKey, type Rows } from "./rows.ts";

/** With its one retry. The brain waits 30 seconds for a verb, which makes a few such calls beside its own work. */
const CALL_MAX_MS = 4_000;
const RETRY = { maxRetries: 1, retryDelayInMs: 300, maxRetryDelayInMs: 1_000 };

const Entity = z.looseObject({ rowKey: z.string(), text: z.string(), etag: z.string().min(1) });

/** What the client throws for an answer; anything else, a refused token among it, it throws for want of one. */
const Failure = z.object({
  name: z.literal("RestError"),
  statusCode: z.int(),
  details: z
    .object({ odataError: z.object({ code: z.string().regex(CLOUD_CODE) }) })
    .optional()
    .catch(undefined),
});

/** `url` is such as `https://<account>.table.core.windows.net`. */
export function rowsClient(
  place: { readonly url: string; readonly table: string },
  credential: TokenCredential,
  options: TableServiceClientOptions = {},
): TableClient {
  return new TableClient(place.url, place.table, credential, { retryOptions: RETRY, ...options });
}

export function tableRows(client: TableClient): Rows {
  return {
    async read({ partition, name }) {
      const answer = await attempt("QueryEntities", name, (bound) =>
        client.getEntity(partition, name, bound),
      );
      if (answer.refusal === "ResourceNotFound") return null;
      return rowOf(answer.expect(), name);
    },
    async insert(key, text) {
      const answer = await attempt("InsertEntity", key.name, (bound) =>
        client.createEntity(entityOf(key, text), bound),
      );
      if (answer.refusal === "EntityAlreadyExists") return "taken";
      answer.expect();
      return "inserted";
    },
    async replace(key, text, version) {
      const answer = await attempt("UpdateEntity", key.name, (bound) =>
        client.updateEntity(entityOf(key, text), "Replace", { ...bound, etag: version }),
      );
      // Somebody removed it, or wrote over it.
      if (answer.refusal === "ResourceNotFound" || answer.refusal === "UpdateConditionNotSatisfied")
        return "changed";
      answer.expect();
      return "replaced";
    },
    async remove({ partition, name }) {
      const answer = await attempt("DeleteEntity", name, (bound) =>
        client.deleteEntity(partition, name, bound),
      );
      if (answer.refusal !== "ResourceNotFound") answer.expect();
    },
    async list(partition, after, most) {
      const filter = odata`PartitionKey eq ${partition} and RowKey gt ${after ?? ""}`;
      const answer = await attempt("QueryEntities", partition, (bound) =>
        readPages(client, { filter }, Math.min(most, LIST_MAX), bound),
      );
      return answer.expect().map((entity) => rowOf(entity, partition));
    },
    async count(partition, most) {
      const wanted = { filter: odata`PartitionKey eq ${partition}`, select: ["RowKey"] };
      const answer = await attempt("QueryEntities", partition, (bound) =>
        readPages(client, wanted, Math.min(most, LIST_MAX), bound),
      );
      return answer.expect().length;
    },
  };
}

type Bound = { readonly abortSignal: AbortSignal };

/** A page may hold fewer rows than there are, or none at all, and still not be the last. */
async function readPages(client: TableClient, wanted: TableEntityQueryOptions, most: number, bound: Bound) {
  const found: unknown[] = [];
  const pages = client.listEntities({ ...bound, queryOptions: wanted }).byPage({ maxPageSize: most });
  for await (const page of pages) {
    found.push(...page);
    if (found.length >= most) break;
  }
  return found.slice(0, most);
}

const entityOf = ({ partition, name }: RowKey, text: string) => ({
  partitionKey: partition,
  rowKey: name,
  ...splitText(text),
});

function rowOf(entity: unknown, target: string): Row {
  const parsed = Entity.safeParse(entity);
  if (!parsed.success) throw failed("QueryEntities", target, "unreadable-answer", { retryable: false });
  const { rowKey, etag, ...properties } = parsed.data;
  return { name: rowKey, text: joinText(properties), version: etag };
}

/** Makes one call and reads its error code, so that each method names only the codes it has a meaning for. */
async function attempt<T>(operation: string, target: string, call: (bound: Bound) => Promise<T>) {
  try {
    const value = await call({ abortSignal: AbortSignal.timeout(CALL_MAX_MS) });
    return { refusal: undefined, expect: () => value };
  } catch (cause) {
    const answered = Failure.safeParse(cause);
    const refusal = answered.success ? answered.data.details?.odataError.code : undefined;
    const expect = (): T => {
      if (!answered.success) throw failed(operation, target, codeOf(cause), { retryable: true, cause });
      const { statusCode } = answered.data;
      const throttled = statusCode === 429 || refusal === "ServerBusy";
      const retryable = throttled || statusCode >= 500;
      const code = statusCode < 400 ? "unreadable-answer" : (refusal ?? `http-${statusCode}`);
      throw failed(operation, target, code, { retryable, throttled });
    };
    return { refusal, expect };
  }
}

/** What was thrown instead of an answer (`@azure/identity` and `@azure/core-rest-pipeline`, errors). */
function codeOf(cause: unknown): "no-credential" | "unreachable" {
  // The table was never asked: the function's own identity gave no token.
  const noToken = cause instanceof Error && /^(CredentialUnavailable|Authentication)/.test(cause.name);
  return noToken ? "no-credential" : "unreachable";
}

function failed(
  operation: string,
  target: string,
  code: string,
  more: { readonly retryable: boolean; readonly throttled?: boolean; readonly cause?: unknown },
): CloudError {
  return new CloudError({ provider: "azure", operation, target, code, ...more });
}
