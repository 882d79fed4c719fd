/** What a person can see to by hand, of a link: each with its steps, and with what of them is done offline. */
import { bunnyCertificates, relayCertificates } from "../../../shared/certificates/desired.ts";
import type { DesiredCertificate } from "../../../shared/certificates/plan.ts";
import type { Moment } from "../times.ts";
import { actOnCertificate, CERTIFICATE_ACTS, type CertificateAct } from "./certificate-acts.ts";
import { certificateGuide } from "./certificate-guide.ts";
import type { Done } from "./done.ts";
import type { Guide } from "./guide.ts";
import type { PrivateFiles } from "./private-files.ts";
import { actOnRelay, RELAY_ACTS, type RelayAct } from "./relay-acts.ts";
import { relayGuide, secretNameOf } from "./relay-guide.ts";
import type { Scene } from "./scene.ts";
import { actOnTunnel, TUNNEL_ACTS, type TunnelAct } from "./tunnel-acts.ts";
import { type PlacedTunnel, placedTunnels, tunnelGuide } from "./tunnel-guide.ts";

/** Each act once: `check-chain` is for both kinds of certificate. */
export const BREAK_GLASS_ACTS = [...new Set([...CERTIFICATE_ACTS, ...RELAY_ACTS, ...TUNNEL_ACTS])];
export type BreakGlassAct = CertificateAct | RelayAct | TunnelAct;

export type Kind = "bunny" | "relay" | "tunnel";

export interface Parts {
  readonly moment: Moment;
  /** So many bytes that nobody can foresee. */
  readonly random: (bytes: number) => Uint8Array;
}

type Perform = (files: PrivateFiles, parts: Parts) => Promise<Done>;

export interface Thing {
  readonly kind: Kind;
  readonly name: string;
  readonly acts: readonly BreakGlassAct[];
  readonly guide: () => Guide;
  /** Undefined for an act that is for another kind of thing. */
  readonly performOf: (act: BreakGlassAct) => Perform | undefined;
}

/** A certificate and a tunnel may have the same name. */
export const thingsOf = (scene: Scene): Thing[] => [
  ...bunnyCertificates(scene.link).map((desired) => bunnyThing(scene, desired)),
  ...relayCertificates(scene.link).map((desired) => relayThing(scene, desired)),
  ...placedTunnels(scene.link).map((placed) => tunnelThing(scene, placed)),
];

const bunnyThing = (scene: Scene, desired: DesiredCertificate): Thing => ({
  kind: "bunny",
  name: desired.name,
  acts: CERTIFICATE_ACTS,
  guide: () => certificateGuide(scene, desired),
  performOf: oneOf(CERTIFICATE_ACTS, (act, files, { moment }) =>
    actOnCertificate(act, desired, files, moment),
  ),
});

function relayThing(scene: Scene, desired: DesiredCertificate): Thing {
  const relay = { desired, secretName: secretNameOf(scene), logGroup: scene.link.relay.log.group };
  return {
    kind: "relay",
    name: desired.name,
    acts: RELAY_ACTS,
    guide: () => relayGuide(scene, desired),
    performOf: oneOf(RELAY_ACTS, (act, files, { moment }) => actOnRelay(act, relay, files, moment)),
  };
}

const tunnelThing = (scene: Scene, placed: PlacedTunnel): Thing => ({
  kind: "tunnel",
  name: placed.tunnel.name,
  acts: TUNNEL_ACTS,
  guide: () => tunnelGuide(scene, placed),
  performOf: oneOf(TUNNEL_ACTS, (act, files, { random }) =>
    actOnTunnel(act, placed.tunnel.name, files, random),
  ),
});

function oneOf<Act extends BreakGlassAct>(
  acts: readonly Act[],
  perform: (act: Act, files: PrivateFiles, parts: Parts) => Promise<Done>,
): Thing["performOf"] {
  return (wanted) => {
    const act = acts.find((one) => one === wanted);
    return act === undefined ? undefined : (files, parts) => perform(act, files, parts);
  };
}
