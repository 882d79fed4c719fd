/** Routes of HTTP triggers: `certificates/{name}/merge`, `items/{id:int}/{part?}`, under the app's prefix. */
import type { RegisteredFunction } from "./core-api.ts";

export interface HttpRoute {
  readonly fn: RegisteredFunction;
  readonly methods: readonly string[];
  /** Undefined for anonymous: every other level needs a key. */
  readonly needsKey: boolean;
  readonly path: RegExp;
}

/** Functions without an HTTP trigger have no route. */
export function httpRoutes(functions: readonly RegisteredFunction[], prefix: string): HttpRoute[] {
  return functions.flatMap((fn) => {
    const trigger = Object.values(fn.metadata.bindings).find(({ type }) => type === "httpTrigger");
    if (trigger === undefined) return [];
    const route = [prefix, trigger.route ?? fn.metadata.name].filter((part) => part !== "").join("/");
    return {
      fn,
      methods: (trigger.methods ?? []).map((method) => method.toUpperCase()),
      needsKey: trigger.authLevel !== undefined && trigger.authLevel.toLowerCase() !== "anonymous",
      path: routePattern(route),
    };
  });
}

/**
 * A known path with a method that no function takes is not found either: the real host answers 404 and not 405
 * (https://github.com/Azure/azure-functions-host/issues/10098).
 */
export function matchHttpRoute(
  routes: readonly HttpRoute[],
  method: string,
  path: string,
): { readonly route: HttpRoute; readonly params: Record<string, string> } | undefined {
  for (const route of routes) {
    const found = route.methods.includes(method) ? route.path.exec(path) : null;
    if (found === null) continue;
    const params = Object.entries(found.groups ?? {}).filter((entry) => entry[1] !== undefined);
    return {
      route,
      params: Object.fromEntries(params.map(([name, value]) => [name, decodeURIComponent(value)])),
    };
  }
  return undefined;
}

/** Constraints on a parameter are not checked; a route that needs one is better written without. */
function routePattern(route: string): RegExp {
  const segments = route.split("/").map((segment) => {
    const parameter = /^\{(\w+)(?::[^}?]+)?(\?)?\}$/.exec(segment);
    if (parameter === null) return `/${segment.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;
    const [, name, optional] = parameter;
    return optional === undefined ? `/(?<${name}>[^/]+)` : `(?:/(?<${name}>[^/]+))?`;
  });
  return new RegExp(`^${segments.join("")}/?$`, "i");
}
