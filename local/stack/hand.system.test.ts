/** The deployed hand as a caller in AWS meets it: its real package, over TLS, with the roles that were deployed. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Endpoint } from "../../shared/azure-api/contract.ts";
import { until } from "../demo/chapter.ts";
import { handAs } from "./hand-as.ts";
import { type Stack, startStack } from "./stack.ts";

const SECONDS = () => Math.floor(Date.now() / 1000);

let stack: Stack;
const lines: string[] = [];
beforeAll(async () => {
  const linkFile = path.resolve(import.meta.dirname, "tunnels-link.ts");
  // No schedule runs: each call is one that a test made. Tunnels go through their states in a hundredth of the time.
  const onLogLine = (source: string, line: string) => source === "hand" && lines.push(line);
  stack = await startStack({ linkFile, seed: 1, calm: true, speed: 100, onLogLine });
});
afterAll(() => stack?.close());

const role = (logicalName: string): string => {
  const found = [...stack.functions.values()].find(({ deployed }) => deployed.logicalName === logicalName);
  if (found === undefined) throw new Error(`the deployment has no ${logicalName}`);
  return found.deployed.role.arn;
};

const watch = () => handAs(stack, role("WatchTunnels"));
const mutations = () =>
  stack.kernel.calls().filter(({ operation, mutates }) => mutates && !operation.startsWith("tables:"));

describe("the deployed hand", () => {
  it("reads the end of every tunnel, and tells of a cut", async () => {
    const names = ["one-a", "one-b"];
    expect(await watch()("tunnels.observe", { names })).toMatchObject({
      tunnels: [
        { name: "one-a", end: { outsideIp: "198.51.100.10", provisioning: "succeeded" } },
        { name: "one-b", end: { outsideIp: "198.51.100.11" } },
      ],
    });
    stack.vpn.cut("one-a");
    await until("the cut shows", async () => {
      const answer = await watch()("tunnels.observe", { names: ["one-a"] });
      return (
        JSON.stringify(answer).includes('"not-connected"') || JSON.stringify(answer).includes('"connecting"')
      );
    });
    stack.vpn.restore("one-a");
  });

  it.each<[Endpoint, object]>([
    ["tunnels.observe", { names: ["one-a"] }],
    ["tunnels.reset", { name: "one-a", outsideIp: "198.51.100.10", fence: 1 }],
    ["notes.collect", { after: null }],
    ["notes.forget", { ids: ["001795248000-0badcafe"] }],
    ["control.freeze", { frozen: true, reason: "x", at: 1 }],
  ])("lets the function that watches tunnels alone call %s", async (endpoint, body) => {
    const other = handAs(stack, role("RenewCertificates"));
    await expect(Reflect.apply(other, undefined, [endpoint, body])).rejects.toMatchObject({
      code: "role-not-allowed",
    });
  });

  it("resets a connection that is down, notes it, and forgets the note when it is told to", async () => {
    stack.vpn.hang("one-a", "azure");
    const hand = watch();
    await until("it is known to be down", async () => {
      const answer = await hand("tunnels.observe", { names: ["one-a"] });
      return /"(not-connected|connecting)"/.test(JSON.stringify(answer));
    });
    const reset = { name: "one-a", outsideIp: "198.51.100.10", fence: 5 };
    expect(await hand("tunnels.reset", reset)).toEqual({ outcome: "resetting" });
    const collected = await hand("notes.collect", { after: null });
    if (collected.outcome !== "collected")
      throw new Error(`notes.collect was answered with ${collected.reason}`);
    const [note] = collected.notes;
    expect(note).toMatchObject({ act: "tunnels.reset", target: "one-a", outcome: "resetting" });
    await hand("notes.forget", { ids: [note?.id ?? ""] });
    expect(await hand("notes.collect", { after: null })).toMatchObject({ notes: [] });
    await until("the tunnel is up again", async () =>
      /"connected"/.test(JSON.stringify(await hand("tunnels.observe", { names: ["one-a"] }))),
    );
  });

  it("resets nothing for a holder of the lease who comes after a later one", async () => {
    const before = mutations().length;
    const late = { name: "one-a", outsideIp: "198.51.100.10", fence: 4 };
    expect(await watch()("tunnels.reset", late)).toMatchObject({ reason: "lease-lost" });
    expect(mutations()).toHaveLength(before);
  });

  it("changes nothing while it is frozen, at any endpoint, and does again once it is thawed", async () => {
    const [hand, before] = [watch(), mutations().length];
    const at = SECONDS();
    expect(await hand("control.freeze", { frozen: true, reason: "a move", at })).toEqual({
      outcome: "kept",
      frozen: true,
    });
    const renew = handAs(stack, role("RenewCertificates"));
    const reset = { name: "one-a", outsideIp: "198.51.100.10", fence: 6 };
    const frozen = { outcome: "refused", reason: "frozen" };
    const request = { name: "bunny-client", expectedVersion: null };
    expect(await hand("tunnels.reset", reset)).toMatchObject(frozen);
    expect(await renew("certificates.request", request)).toMatchObject(frozen);
    expect(await renew("certificates.drop-request", { name: "bunny-client", requestId: "r" })).toMatchObject(
      frozen,
    );
    expect(
      await renew("certificates.merge", { name: "bunny-client", requestId: "r", chain: ["x"] }),
    ).toMatchObject(frozen);
    expect(await hand("tunnels.observe", { names: ["one-a"] })).toMatchObject({ outcome: "observed" });
    expect(mutations()).toHaveLength(before);
    const older = { frozen: false, reason: "", at: at - 60 };
    expect(await hand("control.freeze", older)).toMatchObject({ reason: "older-word" });
    await hand("control.freeze", { frozen: false, reason: "", at: at + 1 });
    expect(await renew("certificates.request", request)).toMatchObject({ outcome: "requested" });
  });

  it("takes a freeze from a half that was built from another link, and nothing else", async () => {
    const other = handAs(stack, role("WatchTunnels"), "0".repeat(64));
    const at = SECONDS() + 2;
    expect(await other("control.freeze", { frozen: true, reason: "x", at })).toMatchObject({
      outcome: "kept",
    });
    const reset = { name: "one-a", outsideIp: "198.51.100.10", fence: 7 };
    expect(await watch()("tunnels.reset", reset)).toMatchObject({ reason: "frozen" });
    await watch()("control.freeze", { frozen: false, reason: "", at: at + 1 });
    expect(await other("tunnels.reset", reset)).toMatchObject({ reason: "other-link" });
  });

  it("changes nothing when it cannot tell whether it is frozen, and says that it may be asked again", async () => {
    const before = mutations().length;
    const effect = {
      kind: "refuse",
      status: 403,
      code: "AuthorizationPermissionMismatch",
      message: "x",
    } as const;
    const remove = stack.kernel.faults.add({
      operation: "tables:GetEntity",
      nth: "every",
      when: "before",
      effect,
    });
    const reset = { name: "one-a", outsideIp: "198.51.100.10", fence: 8 };
    await expect(watch()("tunnels.reset", reset)).rejects.toMatchObject({
      code: "AuthorizationPermissionMismatch",
      retryable: true,
    });
    remove();
    expect(mutations()).toHaveLength(before);
  });

  it("has told no key in a log, and has let no call be denied by Azure", () => {
    const keys = stack.vpn.tunnels().map(({ azure }) => azure?.preSharedKey ?? "none");
    for (const key of keys) expect(lines.join("\n")).not.toContain(key);
    const denied = ["AuthorizationFailed", "AuthorizationPermissionMismatch"];
    const outcomes = stack.kernel.calls("network:GetConnection").map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => denied.includes(outcome))).toEqual([]);
  });
});
