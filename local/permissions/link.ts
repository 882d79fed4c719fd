/**
 * A link with everything at once, so that every statement of every policy is there to be looked at: a CA for general
 * purposes with two others beside it, tunnels and their keys, groups of rules in both clouds, API keys, the trust
 * bundle, refused callers, and Slack.
 */
import allowlists from "../graph/allowlists-link.ts";
import keys from "../graph/keys-link.ts";

const { certificateAuthority, ...link } = keys;

export default {
  ...link,
  name: "whole-link",
  certificateAuthority: { ...certificateAuthority, mode: "general-purpose" },
  allowlists: allowlists.allowlists,
  authFailures: { logs: [{ group: link.relay.log.group, readers: [{ reader: "relay" }] }] },
};
