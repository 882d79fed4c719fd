/** The official JavaScript SDK as the probes' client: the operation's name chooses the method. */
import { ACMPCA } from "@aws-sdk/client-acm-pca";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EC2 } from "@aws-sdk/client-ec2";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { STS } from "@aws-sdk/client-sts";
import { type Call, plain, Refused, withBytes } from "../call.ts";
import type { Door } from "../door.ts";

/** Without retries, so that each refusal is seen. */
export function sdkCall({ url, region, credentials }: Door): Call {
  const options = { endpoint: url, region, credentials, maxAttempts: 1 };
  const clients = new Map<string, object>([
    ["acm-pca", new ACMPCA(options)],
    ["dynamodb", new DynamoDB(options)],
    ["ec2", new EC2(options)],
    ["events", new EventBridge(options)],
    ["logs", new CloudWatchLogs(options)],
    ["secretsmanager", new SecretsManager(options)],
    ["sts", new STS(options)],
  ]);
  return async (service, operation, input) => {
    const client = clients.get(service);
    const name = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
    const method: unknown = client === undefined ? undefined : Reflect.get(client, name);
    if (typeof method !== "function") throw new Error(`the SDK has no ${service}:${operation}`);
    try {
      const answer: unknown = await Reflect.apply(method, client, [withBytes(input)]);
      return plain(answer);
    } catch (error) {
      throw refusedBy(error);
    }
  };
}

/** Any answer of the service, in form or not, comes with its status; an error without one is of another kind. */
function refusedBy(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const status = statusOf(error);
  return status === undefined ? error : new Refused(error.name, status);
}

function statusOf(error: Error): number | undefined {
  if ("$metadata" in error && typeof error.$metadata === "object" && error.$metadata !== null) {
    const { $metadata: metadata } = error;
    if ("httpStatusCode" in metadata && typeof metadata.httpStatusCode === "number")
      return metadata.httpStatusCode;
  }
  // The body could not be read: what came stands beside.
  if ("$response" in error && typeof error.$response === "object" && error.$response !== null) {
    const { $response: response } = error;
    if ("statusCode" in response && typeof response.statusCode === "number") return response.statusCode;
  }
  return undefined;
}
