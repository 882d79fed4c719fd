import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run, startServer } from "./child.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "conformance-"));
});
afterEach(() => rm(folder, { recursive: true }));

const start = (script: string, program = process.execPath) =>
  startServer({
    name: "probe",
    program,
    args: (port) => ["-e", script, String(port)],
    env: () => ({}),
    logFile: path.join(folder, "probe.log"),
  });

describe("startServer", () => {
  it("waits until the server answers on loopback, and stops it", async () => {
    const script =
      'require("node:http").createServer((_, r) => r.end("ok")).listen(+process.argv[1], "127.0.0.1")';
    const server = await start(script);
    expect(await (await fetch(server.url)).text()).toBe("ok");
    await server.stop();
    await expect(fetch(server.url)).rejects.toThrow("fetch failed");
  });

  it("names the log of a server that ends before it answers", async () => {
    await expect(start('console.log("no licence"); process.exit(3)')).rejects.toThrow(
      /does not answer: read .+probe\.log/,
    );
    expect(await readFile(path.join(folder, "probe.log"), "utf8")).toContain("no licence");
  });

  it("fails for a program that is not there", async () => {
    await expect(start("", path.join(folder, "absent"))).rejects.toThrow("does not answer");
  });
});

describe("run", () => {
  it("tells what a program said, and how it ended", async () => {
    const script = 'console.log("out"); console.error("err"); process.exit(4)';
    expect(await run(process.execPath, ["-e", script])).toEqual({
      code: 4,
      output: "out\n",
      errors: "err\n",
    });
  });

  it("has no code for a program that is not there", async () => {
    expect(await run(path.join(folder, "absent"), [])).toMatchObject({ code: undefined });
  });
});
