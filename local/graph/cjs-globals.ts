/**
 * What SST puts before every ES module that it bundles, in words of our own: CommonJS packages inside of it find
 * the names that they expect there.
 */
export const CJS_GLOBALS = [
  'import { createRequire as requireOf } from "node:module";',
  "const require = requireOf(import.meta.url);",
  "const { filename: __filename, dirname: __dirname } = import.meta;",
].join("\n");
