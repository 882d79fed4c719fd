import { defineConfig } from "vitest/config";

/**
 * System tests start processes and servers of their own, three files at a time and beside nothing else, as they wait
 * more than they work; all others share one process for each core, which is many times faster than one for each file.
 */
const system = "**/*.system.test.ts";
const ignored = ["**/node_modules/**", "**/.cache/**", "**/.sst/**"];

export default defineConfig({
  test: {
    reporters: ["default", ["json", { outputFile: ".cache/test-results.json" }]],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [...ignored, system],
          isolate: false,
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "system",
          include: [system],
          exclude: ignored,
          pool: "forks",
          maxWorkers: 3,
          // Longer than whatever waits in a test does (local/demo/chapter.ts), which then says for what.
          testTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
