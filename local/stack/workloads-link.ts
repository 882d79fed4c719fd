/** The link of the crash matrix, whose bunny comes with two API keys, and whose trust bundle is published. */
import { defineLink } from "../../shared/link/load.ts";
import crash from "../crash/link.ts";

const [bunny, ...others] = crash.bunnies;
if (bunny === undefined) throw new Error("the link of the crash matrix has no bunny");

export default defineLink({
  ...crash,
  relay: { ...crash.relay, certificate: { readers: ["arn:aws:iam::123456789012:role/relay"] } },
  bunnies: [
    {
      ...bunny,
      apiKeys: [
        { name: "poll-key", scopes: ["poll"] },
        { name: "result-key", scopes: ["results"] },
      ],
    },
    ...others,
  ],
  trust: {},
});
