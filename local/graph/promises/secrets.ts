/** What the deployment promises of its secrets and their keys. */
import { describe, expect, it } from "vitest";
import type { Graph } from "../schema.ts";
import { findSecretFaults } from "../secret-faults.ts";

export function promiseSecrets(graph: () => Graph): void {
  describe("secrets", () => {
    it("have a key of their own that is rotated and kept, hold no value, and can be restored", () => {
      expect(findSecretFaults(graph().resources)).toEqual([]);
    });
  });
}
