/** One invocation through the library's own invocation model, with its hooks around it. */
import { randomUUID } from "node:crypto";
import type { Hook, HttpData, Log, ProgrammingModel, RegisteredFunction, Registry } from "./core-api.ts";

export interface HttpTriggerData {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly body: { readonly bytes: Uint8Array };
}

interface App {
  readonly model: ProgrammingModel;
  readonly registry: Registry;
  readonly log: Log;
}

/** Undefined when the handler returned nothing. Throws what the handler threw. */
export async function invokeHttp(
  app: App,
  fn: RegisteredFunction,
  http: HttpTriggerData,
): Promise<HttpData | undefined> {
  const response = await invoke(app, fn, "httpTrigger", { http });
  return response.returnValue?.http;
}

/** Throws what the handler threw; what it returned goes nowhere. */
export async function invokeEventGrid(app: App, fn: RegisteredFunction, event: unknown): Promise<void> {
  await invoke(app, fn, "eventGridTrigger", { json: JSON.stringify(event) });
}

/** `data`: as the host hands it over to a worker, of which the library makes what the handler gets. */
async function invoke(
  app: App,
  fn: RegisteredFunction,
  triggerType: "httpTrigger" | "eventGridTrigger",
  data: { readonly http: HttpTriggerData } | { readonly json: string },
) {
  const invocationId = randomUUID();
  const trigger = Object.entries(fn.metadata.bindings).find(([, { type }]) => type === triggerType)?.[0];
  const coreContext: Record<string, unknown> = {
    invocationId,
    metadata: fn.metadata,
    state: undefined,
    request: {
      invocationId,
      functionId: fn.metadata.name,
      inputData: [{ name: trigger, data }],
      triggerMetadata: {},
      traceContext: {},
    },
    log: app.log,
  };
  const invocation = app.model.getInvocationModel(coreContext);
  const { context, inputs } = await invocation.getArguments();
  const hookContext: Record<string, unknown> = {
    hookData: {},
    appHookData: {},
    functionHandler: fn.callback,
    functionCallback: fn.callback,
    inputs,
    args: inputs,
    invocationContext: context,
  };
  await runHooks(app.registry.hooks.get("preInvocation"), hookContext);
  try {
    hookContext["result"] = await invocation.invokeFunction(context, inputs, fn.callback);
  } catch (error) {
    hookContext["error"] = error;
  }
  coreContext["state"] = "postInvocationHooks";
  await runHooks(app.registry.hooks.get("postInvocation"), hookContext);
  if (hookContext["error"] !== undefined) throw hookContext["error"];
  return await invocation.getResponse(context, hookContext["result"]);
}

async function runHooks(hooks: readonly Hook[] | undefined, context: Record<string, unknown>): Promise<void> {
  for (const hook of hooks ?? []) await hook(context);
}
