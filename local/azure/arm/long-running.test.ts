import { describe, expect, it } from "vitest";
import { LongRunning } from "./long-running.ts";

const place = { subscriptionId: "s", location: "uksouth", apiVersion: "2025-05-01" };

describe("LongRunning", () => {
  it("knows what runs on a gateway, whatever the case of its id, until it has ended", () => {
    const running = new LongRunning();
    const operation = running.begin({ ...place, resourceId: "/gateways/A" });
    expect(running.runningOn("/GATEWAYS/a")).toBe(operation);
    expect(running.runningOn("/gateways/B")).toBeUndefined();
    operation.status = "Failed";
    expect(running.runningOn("/gateways/A")).toBeUndefined();
  });

  it("forgets the oldest that have ended, never one that runs", () => {
    const running = new LongRunning();
    const first = running.begin({ ...place, resourceId: "first" });
    const second = running.begin({ ...place, resourceId: "second" });
    second.status = "Succeeded";
    for (let turn = 0; turn < 1_001; turn += 1) {
      running.begin({ ...place, resourceId: `${turn}` }).status = "Succeeded";
    }
    expect(running.find(first.id)).toBe(first);
    expect(() => running.find(second.id)).toThrow("not found");
  });
});
