/**
 * A vault in which somebody else is at work, twice: the model's, and Key Vault's stand-in behind the adapter and
 * Microsoft's client. The same brain and the same hand run over either, so that both must come to the same end.
 */
import { X509Certificate } from "node:crypto";
import { bunnyCertificates } from "../../shared/certificates/desired.ts";
import { placesOf } from "../../shared/certificates/hand.ts";
import { renewCertificates } from "../../shared/certificates/renew.ts";
import type { RunReport } from "../../shared/certificates/report.ts";
import type { Vault } from "../../shared/certificates/vault.ts";
import { deleteCertificate, setEnabled } from "../azure/key-vault/change-certificate.ts";
import {
  changePolicyByHand,
  importByHand,
  recoverByHand,
  requestWithPolicy,
  storeSecretByHand,
} from "../azure/key-vault/person.ts";
import { createModel, type Model } from "../model/brain.ts";
import { modelHand } from "../model/hand.ts";
import { linkWith } from "../model/link.ts";
import { storedPolicy } from "../model/vault-request.ts";
import { openVault } from "./vault-client.ts";

/** The one that the stand-in's test world lets the hand touch. */
export const NAME = "bunny";

/** A policy in the vault's own form. */
export type HandMade = Readonly<Record<string, unknown>>;

/** What a person with every right does in the portal. */
export interface Person {
  request(policy: HandMade): Promise<void>;
  changePolicy(policy: HandMade): void;
  import(leaf: Uint8Array): Promise<void>;
  disable(): void;
  delete(): void;
  recover(): void;
  storeSecret(): void;
}

export interface HostileVault {
  /** CA, journal, clock and log of this world; its vault is not necessarily the model's. */
  readonly model: Model;
  readonly person: Person;
  run(): Promise<RunReport>;
  /** A run during which every answer of the vault is nonsense. */
  runOverRubbish(): Promise<RunReport>;
  /** Oldest first. */
  versions(): readonly { readonly leaf: X509Certificate; readonly enabled: boolean }[];
  isPending(): boolean;
  hasSecret(): boolean;
  close(): Promise<void>;
}

/** Nobody uses these certificates, and the vault's clock is not the model's. */
const createWorld = () => createModel({ link: linkWith({ name: NAME, proof: "manual" }) });

export async function openModel(): Promise<HostileVault> {
  const model = await createWorld();
  const { vault, calls } = model;
  const entry = () => vault.entries.get(NAME);
  return {
    model,
    run: () => model.run(),
    async runOverRubbish() {
      const rubbish = { when: "before", code: "unreadable-answer", retryable: false } as const;
      const reads = ["vault.read-request", "vault.read-certificate", "vault.create-request"] as const;
      calls.fail(...reads.map((call) => ({ call, ...rubbish })));
      const report = await model.run();
      calls.forget();
      return report;
    },
    person: {
      request: (policy) => vault.requestByHand(NAME, storedPolicy(policy)),
      changePolicy: (policy) => vault.changePolicyByHand(NAME, storedPolicy(policy)),
      import: async (leaf) => vault.importByHand(NAME, leaf),
      disable: () => vault.disableByHand(NAME),
      delete: () => vault.deleteByHand(NAME),
      recover: () => vault.recoverByHand(NAME),
      storeSecret: () => vault.storeSecretByHand(NAME),
    },
    versions: () =>
      (entry()?.versions ?? []).map(({ leaf, enabled }) => ({ leaf: new X509Certificate(leaf), enabled })),
    isPending: () => entry()?.request?.status === "in-progress",
    hasSecret: () => vault.secrets.has(NAME),
    close: async () => {},
  };
}

export async function openStandIn(): Promise<HostileVault> {
  const model = await createWorld();
  const { authority, calls, clock, deployed, link } = model;
  clock.moveTo(Math.max(clock.now(), Math.floor(Date.now() / 1000)));
  const { world, vault } = await openVault();
  const odd = await openRubbish();
  const runOver = async (over: Vault) => {
    const brain = model.brain();
    const places = placesOf(bunnyCertificates(link), () => over);
    const hand = { places, pinned: authority.pinned, clock: clock.now };
    const wire = await modelHand({ calls, clock, log: brain.log, hand, deployed });
    return await renewCertificates({ ...brain, hand: wire.hand });
  };
  const state = world.vault;
  const certificate = () => state.certificates.get(NAME);
  return {
    model,
    run: () => runOver(vault),
    runOverRubbish: () => runOver(odd.vault),
    person: {
      request: async (policy) => void (await requestWithPolicy(state, NAME, policy)),
      changePolicy: (policy) => changePolicyByHand(state, NAME, policy),
      import: (leaf) => importByHand(state, NAME, leaf),
      disable: () => void setEnabled(state, { name: NAME }, false),
      delete: () => void deleteCertificate(state, NAME),
      recover: () => recoverByHand(state, NAME),
      storeSecret: () => storeSecretByHand(state, NAME, "an API key"),
    },
    versions: () => certificate()?.versions ?? [],
    isPending: () => certificate()?.pending?.status === "inProgress",
    hasSecret: () => state.secrets.has(NAME),
    async close() {
      await world.close();
      await odd.close();
    },
  };
}

const ODD_HOST = "kv-odd.vault.azure.net";

/** A vault whose front end answers 200 and a page to everything. */
async function openRubbish() {
  const { world, vault } = await openVault({ uri: `https://${ODD_HOST}` });
  world.proxy.serve(ODD_HOST, (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<html>");
  });
  return { vault, close: world.close };
}
