import { describe, expect, it } from "vitest";
import { isLegalOnBoth, writePreSharedKey } from "../../../shared/keys/pre-shared-key.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import { memoryFiles } from "./test-files.ts";
import { actOnTunnel } from "./tunnel-acts.ts";

const random = (bytes: number) => new Uint8Array(bytes).map((_, index) => index * 7);
const STORED = new Secret("stored_key_of_the_tunnel");
const stored = (tunnel = "one-a", key = STORED) =>
  writePreSharedKey({ tunnel, origin: "made", key }).unwrap();

describe("actOnTunnel", () => {
  it("makes a key that both clouds take, in the form that each command takes", async () => {
    const folder = memoryFiles();
    await actOnTunnel("make-key", "one-a", folder, random);
    const key = folder.files.get("key")?.trim() ?? "";
    expect(isLegalOnBoth(new Secret(key))).toBe(true);
    expect(key.length).toBe(44);
    expect(JSON.parse(folder.files.get("azure.json") ?? "")).toEqual({ value: key });
    expect(JSON.parse(folder.files.get("aws.json") ?? "")).toEqual({ PreSharedKey: key });
  });

  it("says where it is, and never what it is", async () => {
    const folder = memoryFiles();
    const { lines, json } = await actOnTunnel("make-key", "one-a", folder, random);
    expect(lines.join()).toMatch(/^A new key of 263 random bits is in folder\/azure\.json, .*for you alone/);
    expect(JSON.stringify([lines, json])).not.toContain(folder.files.get("key")?.trim());
  });

  it("takes the stored key", async () => {
    const folder = memoryFiles({ "stored.json": `${stored()}\n` });
    const { lines } = await actOnTunnel("use-stored", "one-a", folder, random);
    expect(folder.files.get("key")).toBe("stored_key_of_the_tunnel\n");
    expect(lines.join()).toMatch(/^The stored key is in/);
  });

  it.each([
    ["is missing", {}],
    ["is empty", { "stored.json": "" }],
    ["is another tunnel's", { "stored.json": stored("one-b") }],
    ["holds a key that AWS refuses", { "stored.json": stored("one-a", new Secret("0starts_with_zero")) }],
    ["holds a key that Azure refuses", { "stored.json": stored("one-a", new Secret("with-a-hyphen")) }],
    ["is somebody's own", { "stored.json": "hunter2hunter2" }],
  ])("refuses a stored key that %s, says none of it, and leaves no key behind", async (_case, content) => {
    const folder = memoryFiles(content);
    const refused = await actOnTunnel("use-stored", "one-a", folder, random).catch((error: Error) => error);
    expect(String(refused)).toMatch(/folder\/stored\.json is missing, or holds no key for one-a/);
    expect(String(refused)).not.toMatch(/hunter2|hyphen|zero|stored_key/);
    expect([...folder.files.keys()]).toEqual(Object.keys(content));
  });

  it.each(["make-key", "use-stored"] as const)(
    "%s never replaces a key, which an end may have",
    async (act) => {
      const folder = memoryFiles({ "stored.json": stored(), key: "first\n" });
      await expect(actOnTunnel(act, "one-a", folder, random)).rejects.toThrow("folder/key is there already");
      expect(folder.files.get("key")).toBe("first\n");
    },
  );
});
