/** What a run has to do, and what the world looks like before it. */

import { Serial } from "../../shared/certificates/schema.ts";
import { requestByHand } from "../azure/key-vault/person.ts";
import { until } from "../demo/chapter.ts";
import { acceptedSerials } from "../demo/look.ts";
import { forgetNotes, leaveNotes } from "./notes.ts";
import { forgetCertificate, placeCertificate, pollRelay, type Scene } from "./scene.ts";

export interface Stage {
  readonly name: string;
  readonly prepare: (scene: Scene) => Promise<void>;
  /** How many versions and signatures a run adds. */
  readonly adds: 0 | 1;
  /** bunny holds a certificate that works already when the run begins. */
  readonly holds: boolean;
}

/** The world as the stage begins, whatever the run before has left. */
export async function setStage(scene: Scene, { prepare }: Stage): Promise<void> {
  await forgetNotes(scene);
  await prepare(scene);
}

const DAY_SECONDS = 86_400;

export const STAGES: readonly Stage[] = [
  {
    name: "the first issue",
    prepare: async (scene) => forgetCertificate(scene),
    adds: 1,
    holds: false,
  },
  {
    name: "a renewal",
    // One of six days is left: two thirds are over.
    prepare: async (scene) => void (await placeCertificate(scene, DAY_SECONDS)),
    adds: 1,
    holds: true,
  },
  {
    name: "the drop of a foreign request",
    // Nothing is due: what follows a drop that makes way for a renewal is a renewal's own.
    prepare: async (scene) => {
      await placeCertificate(scene, 6 * DAY_SECONDS);
      await requestByHand(scene.vault, scene.certificate.name, { subject: "CN=somebody" });
    },
    adds: 0,
    holds: true,
  },
  {
    name: "the first sight of a certificate in use",
    prepare: async (scene) => {
      const { leaf } = await placeCertificate(scene, 6 * DAY_SECONDS);
      const serial = Serial.parse(leaf.serialNumber);
      await pollRelay(scene);
      await until("relay's log shows it", () => acceptedSerials(scene.stack).includes(serial));
    },
    adds: 0,
    holds: true,
  },
  {
    name: "the collection of the hand's notes",
    prepare: async (scene) => {
      const { id } = await placeCertificate(scene, 6 * DAY_SECONDS);
      await leaveNotes(scene, id);
    },
    adds: 0,
    holds: true,
  },
];
