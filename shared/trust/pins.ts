/** The CAs that the hand was deployed with, as the trust bundle is to have them. */
import { type PinnedCa, pinCa } from "../certificates/pinned.ts";
import { ConfigError, ContractError } from "../runtime/errors.ts";
import { type CaFacts, readAuthority } from "./authority.ts";

/** The chains as they were deployed: PEM, one certificate each, the issuing CA first. */
export interface DeployedCas {
  readonly issuing: readonly string[];
  readonly next?: readonly string[] | undefined;
  readonly failover?: readonly string[] | undefined;
}

export interface Pins {
  /** The link issues from these: each bundle has them, open. */
  readonly staying: readonly CaFacts[];
  /** The one whose place the next one takes: it may be in the bundle, open or closed, or be gone. */
  readonly outgoing: CaFacts | null;
}

/** Throws `ConfigError` for a chain that no bundle can hold. */
export function pinsOf({ issuing, next, failover }: DeployedCas): Pins {
  const first = next ?? issuing;
  return {
    staying: [first, ...(failover === undefined ? [] : [failover])].map(factsOf),
    outgoing: next === undefined ? null : factsOf(issuing),
  };
}

/** What a hand merges under. */
export const pinnedCas = ({ issuing, next, failover }: DeployedCas): readonly PinnedCa[] =>
  [issuing, next, failover].flatMap((pems) => (pems === undefined ? [] : [pinCa(pems)]));

function factsOf(pems: readonly string[]): CaFacts {
  try {
    return readAuthority(pems.join("\n"));
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new ConfigError(`a pinned CA cannot be in a trust bundle: ${error.message}`);
  }
}

export const pinnedIn = ({ staying, outgoing }: Pins): readonly CaFacts[] => [
  ...staying,
  ...(outgoing === null ? [] : [outgoing]),
];
