/// <reference path="../.sst/platform/config.d.ts" />
/**
 * Lets functions in this AWS account prove who they are to Azure, with tokens that AWS signs. It is one
 * switch for the whole account, so it may be on already, and others may come to use it.
 */
import type { Link } from "../shared/link/schema.ts";

/** Returns the issuer of the account's tokens, an https URL. */
export function createIdentityFederation(
  mode: Link["aws"]["outboundIdentityFederation"],
): $util.Output<string> {
  const federation = mode === "create" ? turnOn() : adopt();
  return federation.issuerIdentifier;
}

function turnOn() {
  return new aws.iam.OutboundWebIdentityFederation("IdentityFederation", {}, { retainOnDelete: true });
}

/** Its id is that of the account. Fails where the switch is off. */
function adopt() {
  return aws.iam.OutboundWebIdentityFederation.get(
    "IdentityFederation",
    aws.getCallerIdentityOutput().accountId,
  );
}
