/** A freeze in the deployed bundles of both halves: as a person gives it, and by what the clouds saw of it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../demo/chapter.ts";
import { adoptedVpn } from "../testing/links.ts";
import { parseCommand } from "../warrener/command.ts";
import { type Deployment, findDeployment } from "../warrener/deployment.ts";
import { runCommand } from "../warrener/run-command.ts";
import { tellCommandLine } from "../warrener/tell-command-line.ts";
import { type Control, startControl } from "./control.ts";
import { type Stack, startStack } from "./stack.ts";
import tunnelsLink from "./tunnels-link.ts";

let directory: string;
let stack: Stack;
let control: Control;
let told: Awaited<ReturnType<typeof tellCommandLine>>;
let deployment: Deployment;
const lines: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "warrener-freeze-"));
  const linkFile = path.join(directory, "link.ts");
  const vpn = { ...adoptedVpn, repairAfter: "1 second" };
  await writeFile(linkFile, `export default ${JSON.stringify({ ...tunnelsLink, vpn })};\n`);
  // No schedule: each run is one that a test asked for. Tunnels go through their states in a hundredth of the time.
  const onLogLine = (_source: string, line: string) => void lines.push(line);
  stack = await startStack({ linkFile, seed: 1, calm: true, speed: 100, onLogLine });
  control = await startControl(stack.vpn);
  const file = path.join(directory, "local.json");
  told = await tellCommandLine(stack, linkFile, control, { file });
  deployment = await findDeployment({}, file);
});
afterAll(async () => {
  await told?.takeBack();
  await control?.close();
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

const run = async (logicalName: string) => {
  const found = [...stack.functions.values()].find(({ deployed }) => deployed.logicalName === logicalName);
  if (found === undefined) throw new Error(`the deployment has no ${logicalName}`);
  return await found.invoke({});
};
const say = async (...args: readonly string[]) => {
  const command = parseCommand(args);
  if (command.verb === "local" || command.verb === "break-glass")
    throw new Error("that is not asked of a deployment");
  return await runCommand(deployment, command, { now: Math.floor(Date.now() / 1_000), timeZone: "UTC" });
};

/** Beside what is Warrener's own (its tables, its bus) and what every call needs (tokens, logs). */
const OWN = /^(tables|dynamodb|events|logs|sts|lambda):/;
const changes = () =>
  stack.kernel
    .calls()
    .filter(({ operation, mutates }) => mutates && !OWN.test(operation))
    .map(({ operation }) => operation);

describe("a frozen link", () => {
  it("has nothing changed in either cloud, and green runs that say so", async () => {
    expect((await say("freeze", "--reason", "a move of the gateway")).lines.join()).toContain(
      "told within 1 minute",
    );
    const before = changes();
    for (const name of ["one-a", "one-b"]) stack.vpn.hang(name, "either");
    await until("both tunnels are lost", async () => {
      expect(await run("WatchTunnels")).toMatchObject({ ok: true });
      return lines.some((line) => line.includes('"tunnels.planned"') && line.includes('"critical"'));
    });
    for (let runs = 0; runs < 3; runs += 1) {
      expect(await run("WatchTunnels")).toMatchObject({ ok: true });
      expect(await run("RenewCertificates")).toMatchObject({
        ok: true,
        payload: { outcomes: [{ outcome: "frozen", change: "request" }] },
      });
    }
    expect(changes().slice(before.length)).toEqual([]);
    expect(lines.filter((line) => line.includes('"run.frozen"')).length).toBeGreaterThan(5);
    expect(lines.some((line) => line.includes('"freeze.told"'))).toBe(true);
  });

  it("is shown first, with who froze it and why", async () => {
    const { lines: shown } = await say("status");
    expect(shown[1]).toMatch(/^FROZEN .*assumed-role\/operator\/you: a move of the gateway/);
    expect((await say("plan")).lines[0]).toMatch(/^The link is frozen/);
  });

  it("is mended and renewed once it is thawed, and its record says who did what", async () => {
    await say("thaw");
    const before = changes().length;
    await until("a tunnel is mended", async () => {
      await run("WatchTunnels");
      return changes()
        .slice(before)
        .some((operation) => operation.startsWith("network:"));
    });
    await until("the certificate is there", async () => (await run("RenewCertificates")).ok);
    expect(changes().slice(before)).toContain("acm-pca:IssueCertificate");
    const { lines: history } = await say("history");
    expect(history.join("\n")).toMatch(/thawed the link[\s\S]*froze the link: a move of the gateway/);
    expect((await say("status")).lines.join()).not.toContain("FROZEN");
  });

  it("has the hand's own notes in its record", async () => {
    await run("WatchTunnels");
    const { lines: history } = await say("history", "--limit", "50");
    expect(history.join("\n")).toMatch(/tunnels\.reset: resetting/);
    expect(history.join("\n")).toMatch(/certificates\.merge: merged/);
  });

  it("was denied no call", () => {
    expect(stack.aws.server.decisions().filter(({ result }) => result !== "allowed")).toEqual([]);
  });
});
