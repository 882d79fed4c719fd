import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import { Logs } from "../../local/aws/logs.ts";
import { region, startWorld } from "../../local/aws/test-world.ts";
import { trustLog } from "./aws-words.ts";

const GROUP = "/example/relay";
const NOW = 1_795_248_000;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const made: Logs[] = [];
  const time = { at: NOW - 60 };
  const world = await startWorld((kernel) => {
    const logs = new Logs({ kernel, region, clock: () => time.at * 1000 });
    made.push(logs);
    return [logs.service];
  });
  closing.push(world.server.close);
  const [logs] = made;
  if (logs === undefined) throw new Error("the service was not made");
  logs.createGroup(GROUP);
  const write = (line: object, at = NOW - 30, ms = 0) => {
    time.at = at;
    logs.append(GROUP, "relay", [{ timestamp: at * 1000 + ms, message: JSON.stringify(line) }]);
    time.at = NOW;
  };
  const words = trustLog({
    client: new CloudWatchLogsClient({ ...world.client(), maxAttempts: 10 }),
    group: GROUP,
    relay: "relay",
    bunnyOf: (identity) => (identity === "bunny.example.com" ? "bunny" : null),
  });
  return {
    ...world,
    write,
    read: (since = NOW - 300, until?: number) => words.read(since, until, () => true),
  };
}

const loaded = { event: "relay.loaded", replica: "relay-0", serverCertificateSerials: ["0A:1B", "2"] };
const accepted = { event: "client.accepted", identity: "bunny.example.com", clientCertificateSerial: "5" };

describe("trustLog", () => {
  it("reads what relay's replicas run and serve, and what bunny's run, plain or as Container Insights has it", async () => {
    const { write, read } = await start();
    write({ ...loaded, trustBundleVersion: "3-00ff" });
    const line = { ...accepted, clientReplica: "bunny-0", clientTrustBundleVersion: "2-00ff" };
    write({ log_processed: line }, NOW - 30, 638);
    const at = NOW - 30;
    expect(await read()).toEqual([
      { party: "relay", replica: "relay-0", version: "3-00ff", at, ms: 0, serials: ["a1b", "2"] },
      { party: "bunny", replica: "bunny-0", version: "2-00ff", at, ms: 638, serials: [] },
    ]);
  });

  it("hears who says nothing of a bundle, or what is none, as one that has loaded none", async () => {
    const { write, read } = await start();
    write(loaded);
    write(accepted);
    write({ ...accepted, clientReplica: "<script>", clientTrustBundleVersion: "x".repeat(129) });
    write({ ...loaded, replica: "r".repeat(128), trustBundleVersion: "v".repeat(129) });
    expect((await read()).map(({ replica, version }) => [replica, version])).toEqual([
      ["relay-0", "none"],
      ["unnamed", "none"],
      ["unnamed", "none"],
      ["r".repeat(128), "none"],
    ]);
  });

  it("hears a replica of relay's whose name is no name as one without any", async () => {
    const { write, read } = await start();
    write({ ...loaded, replica: "r".repeat(129), trustBundleVersion: "3-00ff" });
    write({ ...loaded, replica: undefined, trustBundleVersion: "4-00ff" });
    expect((await read()).map(({ replica, version }) => [replica, version])).toEqual([
      ["unnamed", "3-00ff"],
      ["unnamed", "4-00ff"],
    ]);
  });

  it("reads what is before an end, and no more", async () => {
    const { write, read } = await start();
    write({ ...loaded, replica: "before" }, NOW - 101);
    write({ ...loaded, replica: "at-the-end" }, NOW - 100);
    expect((await read(NOW - 300, NOW - 100)).map(({ replica }) => replica)).toEqual(["before"]);
    expect((await read(NOW - 100)).map(({ replica }) => replica)).toEqual(["at-the-end"]);
  });

  it("passes over strangers, refused callers, and what is older", async () => {
    const { write, read } = await start();
    write({ ...accepted, identity: "other.example.com" });
    write({ ...accepted, event: "client.refused" });
    write({ ...loaded, trustBundleVersion: "1-00ff" }, NOW - 301);
    expect(await read()).toEqual([]);
  });

  it("does not take a line of relay's that cannot be read for none", async () => {
    const { write, read } = await start();
    write({ ...loaded, serverCertificateSerials: ["no serial"] });
    await expect(read()).rejects.toMatchObject({ code: "unreadable-report" });
  });

  it("does not take a log that cannot be searched for one in which nobody speaks", async () => {
    const { kernel, read } = await start();
    const effect = { kind: "refuse", status: 400, code: "AccessDeniedException", message: "text" } as const;
    kernel.faults.add({ operation: "logs:FilterLogEvents", nth: "every", when: "before", effect });
    await expect(read()).rejects.toMatchObject({ code: "AccessDeniedException" });
  });
});
