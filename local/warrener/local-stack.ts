/**
 * How the command line finds the stack of `npm run local`: a file that only its owner may read, because it carries
 * the credentials of one of the stack's own roles. They are worth nothing anywhere else, and end with the stack.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { ConfigError } from "../../shared/runtime/errors.ts";

/** In the folder that npm starts the project's programs in. */
export const LOCAL_STACK_FILE = path.resolve(".cache", "local.json");

const LocalStack = z.strictObject({
  pid: z.int().positive(),
  endpoint: z.url(),
  region: z.string(),
  stage: z.string(),
  /** The link's file, when it is not link.config.ts. */
  link: z.string().nullable(),
  /** Where its tunnels can be cut (local/stack/control.ts). */
  control: z.strictObject({ url: z.url(), token: z.string().min(1) }),
  /** Of the stack's role `operator`. */
  credentials: z.strictObject({
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    sessionToken: z.string(),
  }),
});
export type LocalStack = z.infer<typeof LocalStack>;

const OWNER_ONLY = 0o600;

/** A reader sees the whole file, or the one before it. */
export async function writeLocalStack(stack: LocalStack, file = LOCAL_STACK_FILE): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const next = `${file}.${stack.pid}`;
  await rm(next, { force: true });
  await writeFile(next, `${JSON.stringify(stack, null, 2)}\n`, { mode: OWNER_ONLY, flag: "wx" });
  await rename(next, file);
}

/** Leaves the file of another stack that was started since. */
export async function removeLocalStack(pid: number, file = LOCAL_STACK_FILE): Promise<void> {
  const stack = await read(file);
  if (stack?.pid === pid) await rm(file, { force: true });
}

/** Null when there is none. Throws `ConfigError` for one that ended without taking its file away. */
export async function findLocalStack(file = LOCAL_STACK_FILE): Promise<LocalStack | null> {
  const stack = await read(file);
  if (stack === null || isAlive(stack.pid)) return stack;
  throw new ConfigError(
    `the local stack that ${path.relative(process.cwd(), file)} tells of (process ${stack.pid}) has ended: start it again with \`npm run local\`, or name a deployment with --stage`,
  );
}

async function read(file: string): Promise<LocalStack | null> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  const parsed = LocalStack.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${file} is of another version of this project: start \`npm run local\` again`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
