/**
 * The crash matrix's link: the reference link's bunny, whose certificate is renewed at its point and not before, and a
 * relay whose people see to its own certificate.
 */
import reference from "../../link.config.ts";
import { defineLink } from "../../shared/link/load.ts";

const [bunny] = reference.bunnies;
const [certificate] = bunny?.certificates ?? [];
if (bunny === undefined || certificate === undefined)
  throw new Error("the reference link has no certificate");
const { window: _, ...rest } = certificate;
const { certificate: __, ...relay } = reference.relay;

export default defineLink({
  ...reference,
  relay,
  bunnies: [{ ...bunny, certificates: [{ ...rest, jitter: "0 seconds" }] }],
});
