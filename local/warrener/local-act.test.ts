import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Control, startControl } from "../stack/control.ts";
import { actOnTunnel } from "./local-act.ts";
import { writeLocalStack } from "./local-stack.ts";

let directory = "";
let file = "";
let control: Control;
const cut: string[] = [];
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "warrener-local-"));
  file = path.join(directory, "local.json");
  cut.length = 0;
  control = await startControl({
    cut: (name) => void cut.push(name),
    restore: () => {},
    hang: () => {},
    tunnels: () => [{ name: "one-a" }],
  });
});
afterEach(async () => {
  await control.close();
  await rm(directory, { recursive: true, force: true });
});

const tell = ({ url, token }: { readonly url: string; readonly token: string }) =>
  writeLocalStack(
    {
      ...{
        pid: process.pid,
        endpoint: "http://127.0.0.1:4566",
        region: "eu-west-2",
        stage: "local",
        link: null,
      },
      credentials: { accessKeyId: "LOCAL1", secretAccessKey: "s", sessionToken: "t" },
      control: { url, token },
    },
    file,
  );

describe("actOnTunnel", () => {
  it("cuts a tunnel of the running stack, and says what that means", async () => {
    await tell(control);
    expect(await actOnTunnel("cut-tunnel", "one-a", file)).toMatch(/^one-a is cut/);
    expect(cut).toEqual(["one-a"]);
  });

  it("says what to do when no local stack runs", async () => {
    await expect(actOnTunnel("cut-tunnel", "one-a", file)).rejects.toThrow(/start one with `npm run local`/);
  });

  it("says which tunnels there are", async () => {
    await tell(control);
    await expect(actOnTunnel("cut-tunnel", "one-c", file)).rejects.toThrow("it has one-a");
  });

  it("says that the stack does not answer, and shows no token", async () => {
    await tell(control);
    await control.close();
    await expect(actOnTunnel("cut-tunnel", "one-a", file)).rejects.toThrow(
      /^the local stack does not answer/,
    );
  });

  it("cuts nothing with the token of another stack", async () => {
    await tell({ ...control, token: "other" });
    await expect(actOnTunnel("cut-tunnel", "one-a", file)).rejects.toThrow("not with this token");
    expect(cut).toEqual([]);
  });
});
