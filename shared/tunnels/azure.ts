/**
 * The Azure ends over Resource Manager's REST, with Microsoft's client. Of a connection only what is looked at is ever
 * kept: the answer may hold the pre-shared key in clear.
 *
 * REST: https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateway-connections
 */
import type { TokenCredential } from "@azure/core-auth";
import {
  type Client,
  type ClientOptions,
  getClient,
  type PathUncheckedResponse,
} from "@azure-rest/core-client";
import * as z from "zod";
import { CLOUD_CODE, CloudError } from "../runtime/errors.ts";
import type { ConnectionId, Connections } from "./connections.ts";
import { AzureEnd } from "./schema.ts";

const URL_OF_ARM = "https://management.azure.com";
const API_VERSION = "2024-05-01";
/** The brain waits 30 seconds for a verb, which makes three such calls in a row. */
const CALL_MAX_MS = 8_000;

const ResourceId = (type: string) =>
  z
    .string()
    .regex(
      new RegExp(
        `^/subscriptions/[0-9a-f-]{36}/resourceGroups/[\\w.()-]{1,90}/providers/Microsoft.Network/${type}/[\\w.-]{1,80}$`,
        "i",
      ),
    );

/** A JSON object: a tunnel's name -> the resource id of its connection. */
export const DeployedConnections = z.record(z.string(), ResourceId("connections"));

/** A connection that has never been up may leave them out. */
const Bytes = z.number().nonnegative().default(0);
const Connection = z.object({
  properties: z.object({
    connectionStatus: z.string().optional(),
    provisioningState: z.string().optional(),
    enableBgp: z.boolean(),
    ingressBytesTransferred: Bytes,
    egressBytesTransferred: Bytes,
    localNetworkGateway2: z.object({ id: ResourceId("localNetworkGateways") }),
  }),
});
const LocalNetworkGateway = z.object({
  properties: z.object({ gatewayIpAddress: z.union([z.ipv4(), z.ipv6()]) }),
});

const Failure = z.object({ error: z.object({ code: z.string().regex(CLOUD_CODE) }) });

/**
 * Another change of the same gateway is under way: as 409, or as 429 with one of these codes. Any other 429 is about
 * how often is asked: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
const BUSY: readonly string[] = ["AnotherOperationInProgress", "RetryableError"];

/** Nothing is tried again by itself: a reset whose answer was lost must not become two, and a look comes each minute. */
export function armClient(credential: TokenCredential, options: ClientOptions = {}): Client {
  return getClient(URL_OF_ARM, credential, {
    retryOptions: { maxRetries: 0 },
    ...options,
    apiVersion: API_VERSION,
    credentials: { scopes: [`${URL_OF_ARM}/.default`] },
  });
}

export function armConnections(client: Client): Connections {
  const at = (id: string) => client.pathUnchecked(id);
  return {
    async read(id) {
      const call = caller("GetConnection", id);
      const { properties } = (await call((bound) => at(id).get(bound))).expect(["200"], Connection);
      const other = properties.localNetworkGateway2.id;
      const gateway = await caller("GetLocalNetworkGateway", other)((bound) => at(other).get(bound));
      const { gatewayIpAddress } = gateway.expect(["200"], LocalNetworkGateway).properties;
      return endOf(properties, gatewayIpAddress);
    },
    async reset(id) {
      const answer = await caller("ResetConnection", id)((bound) => at(`${id}/resetconnection`).post(bound));
      const { status, code } = answer;
      if (status === "409" || (status === "429" && BUSY.includes(code ?? ""))) return "busy";
      answer.expect(["200", "202"], z.unknown());
      return "resetting";
    },
  };
}

function endOf(given: z.infer<typeof Connection>["properties"], outsideIp: string): AzureEnd {
  const { status, provisioning } = AzureEnd.shape;
  const named = (given.connectionStatus ?? "").replace(/^NotConnected$/, "not-connected").toLowerCase();
  return {
    outsideIp,
    status: status.catch("unknown").parse(named),
    provisioning: provisioning.catch("unknown").parse((given.provisioningState ?? "").toLowerCase()),
    bgp: given.enableBgp,
    ingressBytes: given.ingressBytesTransferred,
    egressBytes: given.egressBytesTransferred,
  };
}

type Bound = { readonly abortSignal: AbortSignal };

/** What the client threw instead of answering (`@azure/identity` and `@azure/core-rest-pipeline`, errors). */
function codeOf(cause: unknown): "no-credential" | "unreadable-answer" | "unreachable" {
  if (!(cause instanceof Error)) return "unreachable";
  // Azure was never asked: the function's own identity gave no token.
  if (/^(CredentialUnavailable|Authentication)/.test(cause.name)) return "no-credential";
  return "code" in cause && cause.code === "PARSE_ERROR" ? "unreadable-answer" : "unreachable";
}

/** Makes one call and reads its error code, so that each method names only the codes it has a meaning for. */
function caller(operation: string, id: ConnectionId) {
  const target = id.split("/").at(-1) ?? id;
  const fail = (
    code: string,
    retryable: boolean,
    more: {
      readonly cause?: unknown;
      readonly throttled?: boolean;
      readonly retryAfterSeconds?: number;
    } = {},
  ) => new CloudError({ provider: "azure", operation, target, code, retryable, ...more });
  return async (send: (bound: Bound) => PromiseLike<PathUncheckedResponse>) => {
    let response: PathUncheckedResponse;
    try {
      response = await send({ abortSignal: AbortSignal.timeout(CALL_MAX_MS) });
    } catch (cause) {
      throw fail(codeOf(cause), true, { cause });
    }
    const { status, body, headers } = response;
    const failure = Failure.safeParse(body);
    const code = failure.success ? failure.data.error.code : undefined;
    return {
      status,
      code,
      expect<T>(wanted: readonly string[], schema: z.ZodType<T>): T {
        if (!wanted.includes(status)) {
          const throttled = status === "429";
          const seconds = /^\d{1,5}$/.exec(headers["retry-after"] ?? "")?.[0];
          throw fail(code ?? `http-${status}`, throttled || status.startsWith("5"), {
            throttled,
            ...(seconds === undefined ? {} : { retryAfterSeconds: Number(seconds) }),
          });
        }
        const parsed = schema.safeParse(body);
        if (!parsed.success) throw fail("unreadable-answer", false);
        return parsed.data;
      },
    };
  };
}
