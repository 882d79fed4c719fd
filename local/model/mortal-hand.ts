/**
 * The model with a Function that can be killed within a verb: at one of its calls to the vault, before or after its
 * effect. What it did until then stands, its caller hears nothing more, and the next request finds a fresh process.
 */

import { bunnyCertificates } from "../../shared/certificates/desired.ts";
import { placesOf } from "../../shared/certificates/hand.ts";
import { renewCertificates } from "../../shared/certificates/renew.ts";
import type { Vault } from "../../shared/certificates/vault.ts";
import { linkDigest } from "../../shared/link/load.ts";
import { createModel, type Model } from "./brain.ts";
import type { Death } from "./calls.ts";
import { modelHand } from "./hand.ts";

export interface MortalModel extends Model {
  /** From the next call to the vault on, which is number 0. */
  endHandAt(death: Death): void;
}

class ProcessEnded extends Error {
  override readonly name = "ProcessEnded";
}

export async function createMortalModel(): Promise<MortalModel> {
  const model = await createModel();
  const { link, calls, clock, authority } = model;
  let death: Death | undefined;
  let count = 0;
  let ended = false;
  const end = () => {
    death = undefined;
    ended = true;
    throw new ProcessEnded("the Function was killed");
  };
  const mortal = async <T>(call: () => Promise<T>): Promise<T> => {
    const at = count;
    count += 1;
    if (death?.at === at && death.when === "before") end();
    const result = await call();
    if (death?.at === at && death.when === "after") end();
    return result;
  };
  const vault: Vault = {
    compares: model.vault.compares,
    readCertificate: (...given) => mortal(() => model.vault.readCertificate(...given)),
    readRequest: (...given) => mortal(() => model.vault.readRequest(...given)),
    readPolicyFaults: (...given) => mortal(() => model.vault.readPolicyFaults(...given)),
    createRequest: (...given) => mortal(() => model.vault.createRequest(...given)),
    dropRequest: (...given) => mortal(() => model.vault.dropRequest(...given)),
    merge: (...given) => mortal(() => model.vault.merge(...given)),
  };
  const takeEnd = () => {
    const was = ended;
    ended = false;
    return was;
  };
  const places = placesOf(bunnyCertificates(link), () => vault);
  const deployed = { brain: linkDigest(link), hand: linkDigest(link), handIsOlder: false };
  const hand = { places, pinned: authority.pinned, clock: clock.now };
  const { log } = model.brain();
  const wire = await modelHand({ calls, clock, log, hand, deployed, isLost: takeEnd });
  return {
    ...model,
    tokens: wire.tokens,
    run: (timeLimitMs) => renewCertificates({ ...model.brain(timeLimitMs), hand: wire.hand }),
    endHandAt(wanted) {
      death = wanted;
      count = 0;
      ended = false;
    },
  };
}
