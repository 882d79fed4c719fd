/** In a group of processes of its own, as a service manager or a terminal stops one. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let directory = "";
let program = "";
let running: ChildProcess | undefined;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "warrener-stop-"));
  program = path.join(directory, "program.ts");
  const stopSignal = pathToFileURL(path.join(import.meta.dirname, "stop-signal.ts"));
  // What it has to take away takes until its input ends.
  await writeFile(
    program,
    `import { once } from "node:events";
    import { stopSignal } from "${stopSignal}";
    const stopped = stopSignal();
    const takenAway = once(process.stdin.resume(), "end");
    console.log("running");
    await stopped;
    console.log("stopping");
    await takenAway;
    console.log("tidy");
    process.exit(0);`,
  );
});
afterEach(async () => {
  if (running?.exitCode === null && running.signalCode === null) running.kill("SIGKILL");
  await rm(directory, { recursive: true, force: true });
});

describe("stopSignal", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "lets a program take away what it has to, however often %s comes to it and to who started it",
    async (signal) => {
      const child = spawn(process.execPath, [path.join(import.meta.dirname, "node24.mjs"), program], {
        stdio: ["pipe", "pipe", "inherit"],
        detached: true,
      });
      running = child;
      const { pid } = child;
      if (pid === undefined) throw new Error("it did not start");
      const ended = once(child, "exit");
      const said: string[] = [];
      for await (const line of createInterface(child.stdout)) {
        said.push(line);
        // To all processes of its group.
        if (line !== "tidy") process.kill(-pid, signal);
        if (line === "stopping") child.stdin.end();
      }
      expect(said).toEqual(["running", "stopping", "tidy"]);
      expect(await ended).toEqual([0, null]);
    },
  );
});
