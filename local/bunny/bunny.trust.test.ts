import { describe, expect, it } from "vitest";
import { testKey } from "../relay/test-keys.ts";
import { issue, makeCa } from "../testing/certificates.ts";
import { readAnchors } from "../trust/anchors.ts";
import { SERVER, startKeyedBunny as world } from "./test-keyed-bunny.ts";

describe("Bunny with a trust bundle", () => {
  it("accepts relay by the bundle's CAs, and its revoked certificate no more, also on the open connection", async () => {
    const { ca, relay, bunny, label, write, mountCertificate, mountBundle, shown, events } = await world();
    await label({ AWSCURRENT: testKey(1) });
    await mountCertificate();
    await write("key-0", testKey(1).key);
    await mountBundle(1, [ca]);
    await bunny.round();
    await mountBundle(2, [ca], [shown.serial]);
    await bunny.round();
    expect(bunny.counts()).toMatchObject({ polls: 2, failedPolls: 1 });
    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ event: "poll.failing", reason: "RELAY_REVOKED" });
    relay.replaceServerCertificate(await issue(ca, SERVER));
    await bunny.round();
    expect(bunny.counts()).toMatchObject({ polls: 3, failedPolls: 1 });
    await mountBundle(3, [await makeCa()]);
    await bunny.round();
    expect(bunny.counts()).toMatchObject({ polls: 4, failedPolls: 2 });
  });

  it("changes over with the CA: both trusted, then the leaves, then the old one gone, with no failed poll", async () => {
    const { ca, relay, bunny, label, write, mountCertificate, mountBundle } = await world();
    const next = await makeCa({ commonName: "Next CA" });
    const loadAtRelay = (text: string) => {
      const anchors = readAnchors(text);
      if (anchors === undefined) throw new Error("the test's bundles can be read");
      relay.replaceTrustBundle(anchors);
    };
    await label({ AWSCURRENT: testKey(1) });
    await write("key-0", testKey(1).key);
    await mountCertificate();
    loadAtRelay((await mountBundle(1, [ca])).text);
    await bunny.round();
    loadAtRelay((await mountBundle(2, [ca, next])).text);
    await bunny.round();
    await mountCertificate(next);
    await bunny.round();
    relay.replaceServerCertificate(await issue(next, SERVER));
    await bunny.round();
    loadAtRelay((await mountBundle(3, [next])).text);
    await bunny.round();
    await bunny.round();
    expect(bunny.counts()).toMatchObject({ polls: 6, failedPolls: 0, failedTrials: 0 });
  });
});
