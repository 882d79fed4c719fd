/** What the deployment promises of its event rules. */
import { describe, expect, it } from "vitest";
import { findRuleFaults } from "../rule-faults.ts";
import type { Graph } from "../schema.ts";

export function promiseEvents(graph: () => Graph): void {
  describe("event rules", () => {
    it("may invoke their function, they alone, try again, and may write to a dead-letter queue", async () => {
      expect(await findRuleFaults(graph())).toEqual([]);
    });

    it("are on a bus that is there, and no bus is open to another account", () => {
      const buses = ["default", ...graph().eventBuses.map(({ name }) => name)];
      for (const { busName } of graph().eventRules) expect(buses).toContain(busName);
      for (const { openTo } of graph().eventBuses) expect(openTo).toEqual([]);
    });
  });
}
