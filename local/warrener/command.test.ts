import { describe, expect, it } from "vitest";
import { parseCommand, USAGE } from "./command.ts";

const parse = (text: string) => parseCommand(text.split(" ").filter((part) => part !== ""));

describe("parseCommand", () => {
  it.each([
    ["status", { verb: "status", json: false }],
    ["status --json --stage prod", { verb: "status", json: true, stage: "prod" }],
    ["history", { verb: "history", limit: 20, json: false }],
    ["history a --limit 5", { verb: "history", name: "a", limit: 5, json: false }],
    ["--limit 5 history a", { verb: "history", name: "a", limit: 5, json: false }],
    ["explain a --link other.ts", { verb: "explain", name: "a", link: "other.ts", json: false }],
    ["plan", { verb: "plan", json: false }],
    ["plan a", { verb: "plan", name: "a", json: false }],
    [
      "revoke a --reason key-compromise --serial 0A:BC",
      { verb: "revoke", name: "a", reason: "key-compromise", serial: "abc", json: false },
    ],
    ["accept relay", { verb: "accept", name: "relay", yes: false, json: false }],
    ["accept relay --yes --json", { verb: "accept", name: "relay", yes: true, json: true }],
    ["freeze --reason maintenance", { verb: "freeze", reason: "maintenance", json: false }],
    ["thaw --stage prod", { verb: "thaw", stage: "prod", json: false }],
    ["rotate bunny-key", { verb: "rotate", name: "bunny-key", json: false }],
    ["break-glass", { verb: "break-glass", json: false }],
    ["break-glass a --dir /tmp/x", { verb: "break-glass", name: "a", dir: "/tmp/x", json: false }],
    [
      "break-glass a check-csr --stage prod",
      { verb: "break-glass", name: "a", act: "check-csr", stage: "prod", json: false },
    ],
    ["local cut-tunnel one-a", { verb: "local", act: "cut-tunnel", name: "one-a", json: false }],
    ["local hang-tunnel one-a --json", { verb: "local", act: "hang-tunnel", name: "one-a", json: true }],
  ])("reads %s", (text, command) => {
    expect(parse(text)).toEqual(command);
  });

  it.each([
    ["", "say what to do"],
    ["histroy", "there is no verb histroy"],
    ["status a", "status takes no name"],
    ["explain", "explain takes the name of a certificate or a group"],
    ["accept", "accept takes the name of a group"],
    ["accept a b", "b is too much"],
    ["accept a --reason why", "accept has no --reason"],
    ["plan --yes", "plan has no --yes"],
    ["explain a b", "b is too much"],
    ["history --limit 0", "--limit takes a number from 1 to 9999"],
    ["history --limit ten", "--limit takes a number from 1 to 9999"],
    ["status --limit 5", "status has no --limit"],
    ["plan a --reason superseded", "plan has no --reason"],
    ["revoke a", "write --reason superseded, or --reason key-compromise"],
    ["status --force", "Unknown option '--force'"],
    ["freeze", "write --reason and why, in at most 200 characters"],
    [`freeze --reason ${"x".repeat(201)}`, "write --reason and why"],
    ["freeze one-a --reason x", "freeze takes no name"],
    ["thaw --reason x", "thaw has no --reason"],
    ["rotate", "rotate takes the name of a certificate, an API key or a tunnel"],
    ["rotate a b", "b is too much"],
    ["rotate a --dir /tmp/x", "rotate has no --dir"],
    ["break-glass a burn", "break-glass can do policy, check-csr, check-chain, make-csr, "],
    ["break-glass a make-key b", "b is too much"],
    ["break-glass a --yes", "break-glass has no --yes"],
    ["local", "local takes cut-tunnel, restore-tunnel, hang-tunnel"],
    ["local burn-tunnel one-a", "local takes cut-tunnel, restore-tunnel, hang-tunnel"],
    ["local cut-tunnel", "local takes the name of a tunnel"],
    ["local cut-tunnel one-a one-b", "one-b is too much"],
    ["local cut-tunnel one-a --stage prod", "local is about the local stack: leave --stage out"],
  ])("refuses %j, and says how it is used", (text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(USAGE);
  });
});
