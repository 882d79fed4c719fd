/** The evaluated deployment of the whole link, and what is written and checked of its permissions. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { type EvaluatedGraph, evaluate } from "../graph/evaluate.ts";
import whole from "./link.ts";
import { permissionTables } from "./table.ts";
import { UNUSED } from "./unused.ts";

const LINK_FILE = path.join(import.meta.dirname, "link.ts");
export const PAGE = path.resolve(import.meta.dirname, "..", "..", "docs", "security.md");

export const evaluateWhole = (): Promise<EvaluatedGraph> => evaluate({ stage: "prod", linkFile: LINK_FILE });

export const tablesOf = (graph: EvaluatedGraph): string =>
  permissionTables({ graph, link: whole.name, unused: UNUSED });

export const readPage = (): Promise<string> => readFile(PAGE, "utf8");
