import { describe, expect, it } from "vitest";
import { Refused } from "./call.ts";
import { patient } from "./patient.ts";

function refusing(code: string, times: number) {
  let calls = 0;
  const call = patient(() => {
    calls += 1;
    return calls <= times ? Promise.reject(new Refused(code, 400)) : Promise.resolve("answered");
  }, 0);
  return { asked: call("logs", "PutLogEvents", {}), calls: () => calls };
}

describe("patient", () => {
  it("asks a throttled call again", async () => {
    expect(await refusing("ThrottlingException", 4).asked).toBe("answered");
  });

  it("gives up after five tries", async () => {
    const { asked, calls } = refusing("Throttling", 9);
    await expect(asked).rejects.toThrow("Throttling");
    expect(calls()).toBe(5);
  });

  it("passes on every other refusal at once", async () => {
    const { asked, calls } = refusing("ValidationException", 1);
    await expect(asked).rejects.toThrow("ValidationException");
    expect(calls()).toBe(1);
  });
});
