/**
 * Pre-shared keys as AWS takes them: 8 to 64 letters, digits, periods and underscores, no zero in front. Azure takes
 * all of these characters too.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpnTunnelOptionsSpecification.html
 */
import { randomBytes } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

export function isPreSharedKey(text: string): boolean {
  return /^[A-Za-z1-9._][A-Za-z0-9._]{7,63}$/.test(text);
}

/**
 * As Azure makes one for a connection that is created without. Nobody documents its form: of what Azure takes, it has what
 * AWS would not. https://github.com/Azure/azure-cli/issues/2799
 */
export const generateAzureKey = (): string => `${randomBytes(48).toString("base64")}+/=`;

/** 32 characters of 6 bits each, as AWS makes one where nobody gives it. */
export function generatePreSharedKey(): string {
  const [first = 0, ...rest] = randomBytes(32);
  const letters = alphabet.slice(0, 52);
  return [letters[first % letters.length], ...rest.map((byte) => alphabet[byte % alphabet.length])].join("");
}
