import { defineConfig } from "vitest/config";

/** System tests start processes and servers of their own; all others share one process, which is five times faster. */
const system = "**/*.system.test.ts";
const ignored = ["**/node_modules/**", "**/.cache/**", "**/.sst/**"];

export default defineConfig({
  test: {
    reporters: ["default", ["json", { outputFile: ".cache/test-results.json" }]],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["**/*.test.ts"], exclude: [...ignored, system], isolate: false },
      },
      {
        extends: true,
        test: { name: "system", include: [system], exclude: ignored, pool: "forks", fileParallelism: false },
      },
    ],
  },
});
