/** The link that a stack runs: the file the deployment was evaluated with, parsed as both halves parse it. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { parseLink } from "../../shared/link/load.ts";
import type { Link } from "../../shared/link/schema.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";

const LinkModule = z.object({ default: z.unknown() });
const DEFAULT_FILE = path.resolve(import.meta.dirname, "..", "..", "link.config.ts");

/** Throws `ConfigError` for a file that is not there or declares no link, or a wrong one. */
export async function loadLink(file: string = DEFAULT_FILE): Promise<Link> {
  return parseLink(LinkModule.parse(await importFile(file)).default);
}

async function importFile(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(path.resolve(file)).href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "it could not be read";
    throw new ConfigError(`${file} could not be loaded as a link: ${reason}`, { cause });
  }
}
