import middy from "@middy/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { failOnTrouble, lambdaSink } from "./lambda.ts";

type Report = { readonly trouble: readonly string[] };
const invoke = async (report: unknown) => {
  const handler = middy<unknown, Report>()
    .use(failOnTrouble())
    .handler(async () => report as Report);
  return await handler({}, {} as never);
};

describe("failOnTrouble", () => {
  it("lets a report without trouble through", async () => {
    expect(await invoke({ trouble: [], outcomes: [] })).toEqual({ trouble: [], outcomes: [] });
  });

  it("fails the invocation with what the report names", async () => {
    await expect(invoke({ trouble: ["a: overdue", "b: refused"] })).rejects.toThrow(
      "the run ended in trouble: a: overdue; b: refused",
    );
  });

  it("names ten, and how many more there are", async () => {
    const trouble = Array.from({ length: 12 }, (_, index) => `certificate-${index}`);
    await expect(invoke({ trouble })).rejects.toThrow(/certificate-9; and 2 more$/);
  });

  it("lets trouble through for the events that it forgives, and for no others", async () => {
    const handler = middy<unknown, Report>()
      .use(failOnTrouble({ forgives: (event) => event === "look" }))
      .handler(async () => ({ trouble: ["a: away"] }));
    expect(await handler("look", {} as never)).toEqual({ trouble: ["a: away"] });
    await expect(handler("batch", {} as never)).rejects.toThrow("a: away");
  });

  it.each([
    ["nothing", undefined],
    ["something else", { ok: true }],
  ])("fails the invocation of a verb that returned %s", async (_name, report) => {
    await expect(invoke(report)).rejects.toMatchObject({ name: "InvariantError" });
  });
});

describe("lambdaSink", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(["info", "warn", "error"] as const)("writes %s records as objects of that level", (level) => {
    const write = vi.spyOn(console, level).mockImplementation(() => undefined);
    lambdaSink(level, { event: "run.finished", trouble: 0 });
    expect(write.mock.calls).toEqual([[{ event: "run.finished", trouble: 0 }]]);
  });
});
