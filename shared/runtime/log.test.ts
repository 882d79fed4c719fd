import { describe, expect, it } from "vitest";
import { createLog } from "./log.ts";

describe("createLog", () => {
  it("writes one record a call: its event first, then what is bound, then its fields", () => {
    const records: unknown[] = [];
    const log = createLog((level, record) => records.push([level, record]), { link: "example" });
    log.warn("call.refused", { code: "token-expired" });
    expect(JSON.stringify(records)).toBe(
      '[["warn",{"event":"call.refused","link":"example","code":"token-expired"}]]',
    );
  });
});
