/** The tests of one concern, for each mutant of its plan (stryker.ts). */
import { defineConfig } from "vitest/config";
import { TESTS_VARIABLE } from "./concerns.ts";

export default defineConfig({
  test: {
    include: (process.env[TESTS_VARIABLE] ?? "").split("\n"),
    setupFiles: ["local/mutation/no-shrinking.ts"],
    isolate: false,
    testTimeout: 60_000,
  },
});
