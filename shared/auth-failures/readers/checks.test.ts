import { describe, expect, it } from "vitest";
import { linkWith } from "../../../local/testing/links.ts";
import { parseLink, parseLinkToDeploy } from "../../link/load.ts";
import { readerFaults } from "./checks.ts";

const linkOf = (log: object) => linkWith({ authFailures: { logs: [{ group: "/example/logs", ...log }] } });
const faults = (log: object) =>
  readerFaults(parseLink(linkOf(log))).map(({ path, message }) => `${path}: ${message}`);
const relay = [{ reader: "relay" }];

describe("a link's authFailures, when it is to be deployed", () => {
  it("are in order where one filter finds what the readers understand", () => {
    expect(faults({ readers: relay, pods: { namespace: "relay" } })).toEqual([]);
  });

  it("stop the deployment where it does not", () => {
    const text = linkOf({ readers: relay, lines: "text" });
    expect(() => parseLinkToDeploy(text, 0)).toThrow(
      "the link has 1 fault:\n  authFailures.logs[0]: the reader relay reads JSON only",
    );
  });

  it("is refused where lines of text are given to a reader of JSON", () => {
    expect(faults({ readers: relay, lines: "text" })).toEqual([
      'authFailures.logs[0]: the reader relay reads JSON only: give it a log group with lines: "json"',
    ]);
  });

  it("is refused where no pod writes what is read", () => {
    expect(faults({ readers: [{ reader: "waf" }], pods: { namespace: "relay" } })).toEqual([
      "authFailures.logs[0]: no pod writes what the reader waf reads: leave pods out",
    ]);
  });

  it("is refused where CloudWatch would not take so long a pattern", () => {
    const readers = ["relay", "nginx-access", "nginx-error", "envoy", "lattice", "waf"].map((reader) => ({
      reader,
    }));
    expect(faults({ readers })).toEqual([expect.stringContaining("and CloudWatch takes 1024")]);
  });
});
