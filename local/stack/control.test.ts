import { afterEach, describe, expect, it } from "vitest";
import { answerControl, type Control, startControl, TUNNEL_ACTS } from "./control.ts";

const TOKEN = "t0ken";
const open: Control[] = [];
afterEach(async () => {
  for (const control of open.splice(0)) await control.close();
});

function start(names: readonly string[] = ["one-a", "one-b"]) {
  const done: string[] = [];
  const world = {
    cut: (name: string) => void done.push(`cut ${name}`),
    restore: (name: string) => void done.push(`restore ${name}`),
    hang: (name: string, where?: string) => void done.push(`hang ${name} ${where}`),
    tunnels: () => names.map((name) => ({ name })),
  };
  const ask = (url: string, { authorization = `Bearer ${TOKEN}`, method = "POST" } = {}) =>
    answerControl(world, TOKEN, { url, method, authorization });
  return { done, world, ask };
}

describe("answerControl", () => {
  it("does to a tunnel what it is asked", () => {
    const { done, ask } = start();
    for (const act of TUNNEL_ACTS) expect(ask(`/${act}/one-a`)).toMatchObject({ status: 200 });
    expect(done).toEqual(["cut one-a", "restore one-a", "hang one-a either"]);
  });

  it.each(["", TOKEN, "Bearer", "Bearer t0kem", `bearer ${TOKEN}`])(
    "does nothing for whoever comes with %j",
    (authorization) => {
      const { done, ask } = start();
      expect(ask("/cut-tunnel/one-a", { authorization })).toMatchObject({ status: 401 });
      expect(done).toEqual([]);
    },
  );

  it.each([
    ["/cut-tunnel/one-c", "POST", 404, "the link has no tunnel one-c; it has one-a, one-b"],
    ["/cut-tunnel/", "POST", 404, "the link has no tunnel"],
    ["/burn-tunnel/one-a", "POST", 404, "it knows cut-tunnel, restore-tunnel, hang-tunnel"],
    ["/cut-tunnel/one-a", "GET", 405, "POST"],
  ])("refuses %s by %s with %i", (url, method, status, message) => {
    const { done, ask } = start();
    const answered = ask(url, { method });
    expect(answered.status).toBe(status);
    expect(answered.message).toContain(message);
    expect(done).toEqual([]);
  });

  it("says so where the link has no tunnels", () => {
    expect(start([]).ask("/cut-tunnel/one-a").message).toContain("it has none");
  });
});

/** What it answers over the wire is in local/warrener/local-act.test.ts, asked as the command line asks. */
describe("startControl", () => {
  it("listens on loopback alone, with a token of its own each time", async () => {
    const { world } = start();
    open.push(await startControl(world), await startControl(world));
    const [one, other] = open;
    expect(one?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(one?.token).toHaveLength(43);
    expect(one?.token).not.toBe(other?.token);
  });
});
