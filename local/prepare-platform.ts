/** Makes what the types of `infra/` are checked against, as `sst install` would. */
import path from "node:path";
import { preparePlatform } from "./graph/prepare.ts";

await preparePlatform(path.resolve(import.meta.dirname, ".."));
