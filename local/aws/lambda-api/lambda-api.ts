/**
 * Lambda's Invoke: runs a function and answers what it answers, or takes an event for it. That a function failed is
 * told in a header of a 200; other statuses mean that it was not run.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
import { randomUUID } from "node:crypto";
import { Refusal } from "../../stand-in/operations.ts";
import type { RunFunction } from "../async-invoke.ts";
import { parseInput } from "../input.ts";
import { type AwsService, type Prepare, Unsupported } from "../service.ts";
import { functionNotFound, type Home, parseFunctionName } from "./function-name.ts";
import { lambdaOperations } from "./operations.ts";
import { InvokeInput, type InvokeOutput, lambdaWire } from "./wire.ts";

export interface InvokableFunction {
  readonly run: RunFunction;
  /** Takes an event for later, such as `AsyncInvoker.queue`. */
  readonly queue: (functionArn: string, payload: string) => void;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const payloadBytesMax = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024 };

export class LambdaApi {
  readonly service: AwsService;
  readonly #home: Home;
  readonly #functions = new Map<string, InvokableFunction>();

  constructor(home: Home) {
    this.#home = home;
    this.service = {
      name: "lambda",
      wire: lambdaWire,
      table: lambdaOperations,
      operations: { Invoke: this.#invoke },
    };
  }

  addFunction(functionArn: string, invokable: InvokableFunction): void {
    this.#functions.set(functionArn, invokable);
  }

  readonly #invoke: Prepare = (input, _caller, { body }) => {
    const request = parseInput(InvokeInput, input, "ValidationException", "ValidationException");
    const arn = parseFunctionName(request.FunctionName, request.Qualifier, this.#home);
    if (request.LogType === "Tail") {
      throw new Unsupported("the local AWS does not support lambda:Invoke with LogType Tail");
    }
    return {
      needs: [{ action: "lambda:InvokeFunction", resource: arn, context: {} }],
      answer: async (): Promise<InvokeOutput> => {
        const invokable = this.#functions.get(arn);
        if (invokable === undefined) throw functionNotFound(arn);
        switch (request.InvocationType) {
          case "DryRun":
            return { status: 204, payload: "" };
          case "Event":
            invokable.queue(arn, parsePayload(body, payloadBytesMax.Event));
            return { status: 202, payload: "" };
          case "RequestResponse": {
            const payload = parsePayload(body, payloadBytesMax.RequestResponse);
            return { status: 200, ...(await invokable.run(arn, payload, randomUUID())) };
          }
        }
      },
    };
  };
}

/** The event as JSON text; a call without a body is one with an empty event. */
function parsePayload(body: Buffer, bytesMax: number): string {
  if (body.length > bytesMax) {
    throw new Refusal(
      413,
      "RequestTooLargeException",
      `Request must be smaller than ${bytesMax} bytes for the InvokeFunction operation`,
    );
  }
  if (body.length === 0) return "{}";
  const text = body.toString("utf8");
  try {
    JSON.parse(text);
  } catch {
    throw new Refusal(400, "InvalidRequestContentException", "Could not parse request body into json");
  }
  return text;
}
