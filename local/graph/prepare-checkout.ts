/** Makes this checkout ready for `tsc -p infra`: `node local/node24.mjs local/graph/prepare-checkout.ts`. */
import path from "node:path";
import { preparePlatform } from "./prepare.ts";

await preparePlatform(path.resolve(import.meta.dirname, "..", ".."));
