import { describe, expect, it } from "vitest";
import { faultsOf, linkWith } from "../../local/testing/links.ts";
import { parseLink } from "./load.ts";

describe("a link's alerts", () => {
  it("put addresses in order, and need neither Slack nor anybody", () => {
    const link = parseLink(linkWith({ alerts: { emails: ["b@example.com", "a@example.com"] } }));
    expect(link.alerts).toEqual({ emails: ["a@example.com", "b@example.com"] });
    expect(parseLink(linkWith({ alerts: {} })).alerts).toEqual({ emails: [] });
  });

  it.each<[what: string, alerts: object, fault: string]>([
    [
      "a channel by its name",
      { slack: { channel: "#link" } },
      'slack.channel: is no Slack channel id: open the channel\'s details in Slack and copy the id at their end; it looks like "C0123456789"',
    ],
    [
      "an address that is none",
      { emails: ["on-call"] },
      'emails[0]: is no e-mail address: write one such as "on-call@example.com"',
    ],
    [
      "an address twice",
      { emails: ["a@example.com", "a@example.com"] },
      "emails: names one address twice: write it once",
    ],
    [
      "a runbook without TLS",
      { runbook: "http://example.com/operating.md" },
      'runbook: must be the https URL of the operating guide, such as "https://example.com/operating.md"',
    ],
    [
      "a runbook that names an entry already",
      { runbook: "https://example.com/operating.md#x" },
      'runbook: must be the https URL of the operating guide, such as "https://example.com/operating.md"',
    ],
  ])("are refused with %s", (_, alerts, fault) => {
    expect(faultsOf(linkWith({ alerts }))).toEqual([`alerts.${fault}`]);
  });
});
