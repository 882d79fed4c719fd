import { describe, expect, it } from "vitest";
import { dueWakes } from "./due-wakes.ts";
import { NO_MEMORY } from "./memory.ts";
import { withWoken } from "./memory-parties.ts";
import {
  AT,
  accepted,
  BUNNY,
  KNOWN,
  LIMITS,
  line,
  mine,
  refused,
  TUNNEL_IP,
  take,
  view,
  WAKES,
} from "./test-auth.ts";

describe("dueWakes", () => {
  const memory = take(NO_MEMORY, [
    mine(),
    line(refused("ike-authentication", { tunnel: TUNNEL_IP })),
    line(refused("unknown", { identity: "other.example.com" })),
  ]);

  it("asks those that can mend it, and nobody where nothing is to be done", () => {
    const ended = KNOWN.certificates.map((one) => ({ ...one, notAfter: AT - 5 }));
    const facts = { known: { ...KNOWN, certificates: ended }, changes: [], frozen: false, wakes: WAKES };
    expect(dueWakes({ ...view(memory), facts })).toEqual([
      { target: "certificates", of: "own", name: BUNNY },
      { target: "pre-shared-keys", of: "tunnels", name: "one-a" },
    ]);
  });

  it("asks again only after five minutes, and nobody while the link is frozen", () => {
    const woken = { ...memory, tunnels: withWoken(memory.tunnels, "one-a", AT) };
    expect(dueWakes(view(woken, AT + 299))).toEqual([]);
    const still = take(
      woken,
      [line(refused("ike-authentication", { tunnel: TUNNEL_IP, at: AT + 299 }))],
      AT + 299,
    );
    expect(dueWakes(view(still, AT + 300))).toMatchObject([{ target: "pre-shared-keys" }]);
    expect(dueWakes(view(memory, AT, { frozen: true }))).toEqual([]);
  });

  it("asks nobody any more once it was let in, and remembers whom it asked, though that story is over", () => {
    const ended = KNOWN.certificates.map((one) => ({ ...one, notAfter: AT - 5 }));
    const facts = { known: { ...KNOWN, certificates: ended }, changes: [], frozen: false, wakes: WAKES };
    const first = take(NO_MEMORY, [mine()]);
    expect(dueWakes({ ...view(first), facts })).toHaveLength(1);
    const woken = { ...first, own: withWoken(first.own, BUNNY, AT + 200) };
    const settled = take(woken, [line(accepted({ identity: BUNNY, at: AT + 60 }))], AT + 201);
    expect(
      dueWakes({ ...view({ ...settled, own: withWoken(settled.own, BUNNY, 0) }, AT + 201), facts }),
    ).toEqual([]);
    const over = take(settled, [], AT + LIMITS.quietSeconds);
    const again = take(over, [mine({ at: AT + 400 })], AT + 400);
    expect(again.own).toMatchObject([{ count: 1, wokenAt: AT + 200 }]);
    expect(dueWakes({ ...view(again, AT + 400), facts })).toEqual([]);
  });

  it("asks for the certificates when somebody in bunny's network shows none", () => {
    const callers = take(NO_MEMORY, [line(refused("no-certificate", { source: "10.10.1.7" }))]);
    expect(dueWakes(view(callers))).toEqual([{ target: "certificates", of: "callers", name: "callers" }]);
  });
});
