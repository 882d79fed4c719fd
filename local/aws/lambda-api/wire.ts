/** Lambda's REST protocol, for the one path that is called: the event is the body, everything else a header. */
import * as z from "zod";
import type { AwsRequest, Wire } from "../service.ts";
import { lambdaFaults } from "./operations.ts";

/** `POST /2015-03-31/functions/NAME/invocations`, the name percent-encoded when it is an ARN. */
const path = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;

export const InvokeInput = z.object({
  FunctionName: z.string().min(1),
  Qualifier: z.string().min(1).max(128).optional(),
  InvocationType: z.enum(["RequestResponse", "Event", "DryRun"]).default("RequestResponse"),
  LogType: z.enum(["None", "Tail"]).default("None"),
});

/** What an invocation is answered with, before it is on the wire. */
export const InvokeOutput = z.object({
  status: z.union([z.literal(200), z.literal(202), z.literal(204)]),
  functionError: z.string().optional(),
  /** JSON text, or nothing. */
  payload: z.string(),
});
export type InvokeOutput = z.infer<typeof InvokeOutput>;

export const lambdaWire: Wire = {
  faults: lambdaFaults,
  operationOf: (request) => (functionNameOf(request) === undefined ? undefined : "Invoke"),
  decode: (request) => ({
    FunctionName: functionNameOf(request),
    Qualifier: request.query["Qualifier"],
    InvocationType: request.headers["x-amz-invocation-type"],
    LogType: request.headers["x-amz-log-type"],
  }),
  encode: (_operation, output) => {
    const { status, functionError, payload } = InvokeOutput.parse(output);
    return {
      status,
      headers: {
        "content-type": "application/json",
        ...(status === 200 && { "x-amz-executed-version": "$LATEST" }),
        ...(functionError !== undefined && { "x-amz-function-error": functionError }),
      },
      body: payload,
    };
  },
  refuse: ({ status, code, message, headers }) => ({
    status,
    headers: { "content-type": "application/json", "x-amzn-errortype": code, ...headers },
    body: JSON.stringify({ Type: status < 500 ? "User" : "Service", Message: message }),
  }),
};

function functionNameOf({ method, path: requested }: AwsRequest): string | undefined {
  const encoded = method === "POST" ? path.exec(requested)?.[1] : undefined;
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
