/** The link of the crash matrix, with a certificate for relay, which goes from one CA to another within minutes. */
import { defineLink } from "../../shared/link/load.ts";
import crash from "../crash/link.ts";

export default defineLink({
  ...crash,
  certificates: { checkEvery: "1 minute" },
  relay: { ...crash.relay, certificate: { readers: ["arn:aws:iam::123456789012:role/relay"] } },
  certificateAuthority: { ...crash.certificateAuthority, next: { commonName: "Next Example CA" } },
  // As deployed it is minutes and a day; the clock of the workloads runs no faster here.
  trust: { logWithin: "2 seconds", settleFor: "5 seconds", missedFor: "5 minutes" },
});
