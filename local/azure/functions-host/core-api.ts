/**
 * What the real host's worker gives to `@azure/functions`: the module `@azure/functions-core`, which the library
 * requires lazily and which is on no registry. The worker supplies it by patching `require`, and so does this.
 * Everything else (requests, contexts, hooks, responses) stays the library's own code.
 */
import Module from "node:module";

export interface Binding {
  readonly type: string;
  readonly direction: string;
  readonly route?: string;
  readonly methods?: readonly string[];
  readonly authLevel?: string;
}

export interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

export type FunctionCallback = (...args: unknown[]) => unknown;

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

export interface HttpData {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly unknown[];
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string } | null;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: { http?: HttpData } | null }>;
}

export interface ProgrammingModel {
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
  getInvocationModel(coreContext: object): InvocationModel;
}

export type HookName = "appStart" | "appTerminate" | "preInvocation" | "postInvocation" | "log";
export type Hook = (context: Record<string, unknown>) => unknown;

export type Log = (level: string, category: string, message: string) => void;

/** What the app registered while it was loaded. */
export interface Registry {
  readonly functions: Map<string, RegisteredFunction>;
  readonly hooks: Map<string, Hook[]>;
  model: ProgrammingModel | undefined;
}

/** From here on `require("@azure/functions-core")` gives the library what it registers with. */
export function provideCoreApi(log: Log): Registry {
  const registry: Registry = { functions: new Map(), hooks: new Map(), model: undefined };
  const core = createCore(registry, log);
  const real = Module.prototype.require;
  const require = function (this: NodeJS.Module, id: string): unknown {
    return id === "@azure/functions-core" ? core : real.call(this, id);
  };
  Object.defineProperty(Module.prototype, "require", { value: require, configurable: true, writable: true });
  return registry;
}

function createCore(registry: Registry, log: Log): Readonly<Record<string, unknown>> {
  class Disposable {
    dispose(): void {}
  }
  return {
    version: "3.11.0",
    hostVersion: "4.1040.0",
    Disposable,
    log,
    setProgrammingModel: (model: ProgrammingModel) => {
      registry.model = model;
    },
    getProgrammingModel: () => registry.model,
    registerHook: (name: HookName, hook: Hook) => {
      registry.hooks.set(name, [...(registry.hooks.get(name) ?? []), hook]);
      return new Disposable();
    },
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => {
      if (registry.functions.has(metadata.name)) {
        throw new Error(`A function with name "${metadata.name}" already exists.`);
      }
      registry.functions.set(metadata.name, { metadata, callback });
      return new Disposable();
    },
  };
}
