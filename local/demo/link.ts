/**
 * The demo's link: the reference link with a certificate that lives for two minutes and is renewed after twelve
 * seconds, so that its whole life can be watched. Only the local scheduler runs faster than the clock; everything else is as it would be deployed.
 */
import reference from "../../link.config.ts";
import { defineLink } from "../../shared/link/load.ts";

const [bunny] = reference.bunnies;
const [certificate] = bunny?.certificates ?? [];
if (bunny === undefined || certificate === undefined)
  throw new Error("the reference link has no certificate");
const { window: _, ...rest } = certificate;

export default defineLink({
  ...reference,
  certificates: { checkEvery: "1 minute" },
  bunnies: [
    {
      ...bunny,
      certificates: [
        { ...rest, lifetime: "132 seconds", renewAt: 1 / 11, jitter: "1 second", proofWithin: "10 seconds" },
      ],
    },
  ],
});
