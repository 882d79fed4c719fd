/** The command line as a person calls it, in a process of its own. */
import { execFile } from "node:child_process";
import path from "node:path";

const PROGRAM = path.resolve(import.meta.dirname, "../warrener.ts");

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** In that folder, at no terminal. Of this process's environment it gets nothing: no credentials, no endpoint. */
export function runCommandLine(
  directory: string,
  text: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const own = { HOME: directory, TZ: "UTC", AWS_EC2_METADATA_DISABLED: "true", ...env };
  const options = { cwd: directory, env: own };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...text.split(" ")], options, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}
