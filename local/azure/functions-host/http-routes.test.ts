import { describe, expect, it } from "vitest";
import type { RegisteredFunction } from "./core-api.ts";
import { httpRoutes, matchHttpRoute } from "./http-routes.ts";

function http(
  name: string,
  binding: { route?: string; methods?: string[]; authLevel?: string },
): RegisteredFunction {
  const bindings = { httpTrigger1: { type: "httpTrigger", direction: "in", methods: ["GET"], ...binding } };
  return { metadata: { name, bindings }, callback: () => undefined };
}

function match(functions: RegisteredFunction[], method: string, path: string, prefix = "api") {
  const found = matchHttpRoute(httpRoutes(functions, prefix), method, path);
  return found === undefined ? undefined : [found.route.fn.metadata.name, found.params];
}

describe("httpRoutes", () => {
  it("puts the prefix before the route, and takes the function's name where there is no route", () => {
    expect(
      match([http("merge", { route: "certificates/{name}/merge" })], "GET", "/api/certificates/a%20b/merge"),
    ).toEqual(["merge", { name: "a b" }]);
    expect(match([http("health", {})], "GET", "/api/health")).toEqual(["health", {}]);
    expect(match([http("health", {})], "GET", "/health", "")).toEqual(["health", {}]);
  });

  it("takes optional segments, a slash at the end and any case", () => {
    const functions = [http("items", { route: "items/{id:int}/{part?}" })];
    expect(match(functions, "GET", "/API/Items/7/")).toEqual(["items", { id: "7" }]);
    expect(match(functions, "GET", "/api/items/7/x")).toEqual(["items", { id: "7", part: "x" }]);
  });

  it("finds nothing for another method or a longer path", () => {
    const functions = [http("items", { route: "items" })];
    expect(match(functions, "POST", "/api/items")).toBeUndefined();
    expect(match(functions, "GET", "/api/items/1")).toBeUndefined();
    expect(match(functions, "GET", "/items")).toBeUndefined();
  });

  it("chooses between functions of one route by method", () => {
    const functions = [
      http("read", { route: "x", methods: ["GET"] }),
      http("write", { route: "x", methods: ["post"] }),
    ];
    expect(match(functions, "POST", "/api/x")).toEqual(["write", {}]);
  });

  it("leaves out functions without an HTTP trigger", () => {
    const bindings = { timer: { type: "timerTrigger", direction: "in" } };
    expect(httpRoutes([{ metadata: { name: "tick", bindings }, callback: () => undefined }], "api")).toEqual(
      [],
    );
  });
});
