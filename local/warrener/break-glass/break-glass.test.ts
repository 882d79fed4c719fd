import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import reference from "../../../link.config.ts";
import { parseLink } from "../../../shared/link/load.ts";
import { adoptedVpn } from "../../testing/links.ts";
import { type BreakGlassAsked, breakGlass } from "./break-glass.ts";
import { literal, quote } from "./guide.ts";

const moment = { now: 1_795_248_000, timeZone: "UTC" };
const created = {
  name: "two",
  aws: { create: { gateway: "vgw-0a1b2c3d4e5f60718", azureIp: "203.0.113.20" } },
  tunnels: [
    {
      name: "two-a",
      insideCidr: "169.254.21.0/30",
      azure: {
        create: {
          gateway: "gateway",
          bgpAddresses: [{ ipConfiguration: "default", address: "169.254.21.2" }],
        },
      },
    },
  ],
};
const vpn = { ...adoptedVpn, connections: [...adoptedVpn.connections, created] };
const readers = ["arn:aws:iam::123456789012:role/on-call"];
const link = parseLink({ ...reference, vpn: { ...vpn, preSharedKeys: { readers } } });

const asked: BreakGlassAsked = {
  ...{ link, stage: "prod", linkFile: undefined },
  ...{ name: undefined, act: undefined, dir: undefined },
};
const never = () => {
  throw new Error("nothing is drawn");
};
const say = async (changes: Partial<BreakGlassAsked>) =>
  (await breakGlass({ ...asked, ...changes }, { moment, random: never })).lines.join("\n");

describe("breakGlass", () => {
  it("says without a name what can be done, and by which call", async () => {
    const text = await say({});
    expect(text).toContain("  npm run -s warrener -- break-glass bunny-client --stage prod\n");
    expect(text).toContain(
      "relay's certificate:\n  npm run -s warrener -- break-glass relay-server --stage prod\n",
    );
    expect(text).toMatch(/ {2}npm run -s warrener -- break-glass two-a --stage prod$/);
  });

  it("names the same link and folder again in each call of its own", async () => {
    const text = await say({ name: "one-a", linkFile: "my link.ts", dir: "/tmp/here" });
    expect(text).toContain("DIR=/tmp/here/example-link/prod/one-a\n");
    expect(text).toContain("break-glass one-a make-key --stage prod --link 'my link.ts' --dir /tmp/here\n");
  });

  it("finds nothing that was left behind for another stage, or another link", async () => {
    const directory = await mkdtemp(path.join(tmpdir(), "warrener-break-glass-"));
    const make = (changes: Partial<BreakGlassAsked>) =>
      breakGlass(
        { ...asked, name: "one-a", dir: directory, act: "make-key", ...changes },
        { moment, random: (bytes) => new Uint8Array(bytes) },
      );
    await make({ stage: "dev" });
    await make({ stage: "prod" });
    await make({ stage: "prod", link: { ...link, name: "other-link" } });
    await expect(make({ stage: "dev" })).rejects.toThrow("example-link/dev/one-a/key is there already");
    await rm(directory, { recursive: true });
  });

  it("shows the link's own tunnels, before one of them is taken down, and nobody else's", async () => {
    const lines = (await say({ name: "one-a" })).split("\n").map((line) => line.trim());
    const first = lines.indexOf("echo 'one: one-a 198.51.100.10, one-b 198.51.100.11'");
    expect(lines.slice(first, first + 4)).toEqual([
      "echo 'one: one-a 198.51.100.10, one-b 198.51.100.11'",
      expect.stringMatching(/ --vpn-connection-ids vpn-0a1b2c3d4e5f60718 --query /),
      "echo 'two: two-a'",
      expect.stringMatching(
        / --filters Name=tag:Name,Values=warrener-prod-two Name=state,Values=available --query /,
      ),
    ]);
    for (const line of lines.filter((text) => text.startsWith("aws ec2 describe-vpn-connections")))
      expect(line).toMatch(/ --(vpn-connection-ids|filters) /);
  });

  it("looks up what a deployment created, and writes down what the link knows", async () => {
    const text = await say({ name: "two-a" });
    expect(text).toContain("--filters Name=tag:Name,Values=warrener-prod-two Name=state,Values=available");
    expect(text).toContain("/connections/warrener-prod-two-a\n");
    expect(text).toContain("--query properties.gatewayIpAddress");
    const known = await say({ name: "one-a" });
    expect(known).toContain("CONNECTION=vpn-0a1b2c3d4e5f60718\n     OUTSIDE=198.51.100.10\n");
  });

  it("speaks of a stored key only where Warrener keeps it, and somebody may read it", async () => {
    expect(await say({ name: "one-a" })).toContain("--secret-id warrener-prod-tunnel-one-a ");
    for (const declared of [vpn, { ...vpn, preSharedKeys: {} }]) {
      const text = await say({ name: "one-a", link: parseLink({ ...reference, vpn: declared }) });
      expect(text).not.toContain("secret-id");
      expect(text).toMatch(/\d\. Make a new key\./);
    }
  });

  it("never shows what a key is in, nor all that is said of a connection", async () => {
    const lines = (await say({ name: "one-a" })).split("\n");
    const describing = lines.filter((line) => line.includes("describe-vpn-connections"));
    expect(describing.length).toBeGreaterThan(2);
    for (const line of describing)
      expect(line).toMatch(/--query ['"]VpnConnections\[(0)?\]\.(VgwTel|State|VpnConn)/);
    for (const line of lines.filter((text) => text.includes("/sharedkey?")))
      expect(line).toMatch(/--output none$|\| cmp -s - /);
  });

  it("speaks of relay's certificate only where the link has one", async () => {
    const { certificate: _, ...relay } = reference.relay;
    const without = parseLink({ ...reference, relay });
    expect(await say({ link: without })).not.toContain("relay");
    await expect(say({ name: "relay-server", link: without })).rejects.toThrow("no tunnel relay-server");
  });

  it("waits for what relay's replicas say, and for nothing of a relay that says nothing", async () => {
    const { certificate } = reference.relay;
    const silent = {
      ...reference,
      relay: { ...reference.relay, certificate: { ...certificate, proof: "manual" } },
    };
    const [observed, manual] = [
      await say({ name: "relay-server" }),
      await say({ name: "relay-server", link: parseLink(silent) }),
    ];
    expect(observed).toContain("break-glass relay-server check-loaded ");
    expect(observed).toContain("break-glass relay-server check-served ");
    expect(manual).not.toMatch(/check-loaded|check-served/);
    expect(manual).toContain("openssl s_client -connect relay.example.com:443 ");
  });

  it("names relay's key and its secret's value by their files alone, and closes the key in the step that used it", async () => {
    const lines = (await say({ name: "relay-server" })).split("\n").map((line) => line.trim());
    expect(lines.join("\n")).not.toContain("key.pem");
    const put = lines.findIndex((line) => line.startsWith("VERSION="));
    expect(lines[put]).toContain(
      ' --version-stages AWSPENDING --secret-string "file://$DIR/value.json" --query VersionId ',
    );
    expect(lines[put + 2]).toMatch(/kms put-key-policy .* --policy "file:\/\/\$DIR\/key-closed\.json"$/);
    expect(lines.filter((line) => line.includes("get-secret-value"))).toEqual([]);
  });

  it("refuses a name that the link has not, and says what there is", async () => {
    await expect(say({ name: "carrot" })).rejects.toThrow(
      /^the link has no certificate and no tunnel carrot: it has bunny-client, one-a, one-b, relay-server, two-a$/,
    );
  });

  it("refuses an act that is for another kind of thing", async () => {
    await expect(say({ name: "one-a", act: "check-csr" })).rejects.toThrow(
      "one-a is a tunnel, which check-csr is not for: it has make-key, use-stored",
    );
    await expect(say({ name: "bunny-client", act: "make-csr" })).rejects.toThrow(
      "bunny-client is a bunny's certificate, which make-csr is not for",
    );
    await expect(say({ name: "relay-server", act: "policy" })).rejects.toThrow(
      "relay-server is relay's certificate, which policy is not for",
    );
  });
});

describe("quote", () => {
  it.each([
    ["one-a", "one-a"],
    ["two words", "'two words'"],
    ["O'Hare $(rm -r /)", `'O'\\''Hare $(rm -r /)'`],
    ["", "''"],
  ])("writes %j as one word of a shell", (text, word) => {
    expect(quote(text)).toBe(word);
  });
});

describe("literal", () => {
  it("writes a text as JSON between backticks", () => {
    expect(literal('a "b" `c` é')).toBe('`"a \\"b\\" \\`c\\` é"`');
  });
});

describe("docs/break-glass.md", () => {
  const text = readFileSync(path.resolve(import.meta.dirname, "../../../docs/break-glass.md"), "utf8");
  const blocks = [...text.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block.trimEnd());

  it.each(["bunny-client", "one-a", "relay-server"])(
    "shows the steps for %s as they are printed",
    async (name) => {
      expect(blocks).toContain(await say({ name }));
    },
  );
});
