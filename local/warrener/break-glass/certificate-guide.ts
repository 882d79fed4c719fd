/** How a person renews a bunny's certificate with nothing of Warrener running: the vault makes the key, the CA signs. */
import type { DesiredCertificate } from "../../../shared/certificates/plan.ts";
import { vaultStem } from "../../../shared/runtime/deployed-names.ts";
import { type Guide, quote, type Step } from "./guide.ts";
import { aws, begin, callFor, named, type Scene } from "./scene.ts";
import { findCa, signSteps } from "./sign-steps.ts";

/** The same as Warrener's own (shared/certificates/azure.ts). */
const API_VERSION = "2025-07-01";
const HOUR_SECONDS = 3_600;

export function certificateGuide(scene: Scene, desired: DesiredCertificate): Guide {
  const { link, stage } = scene;
  return {
    title: `${desired.name} of ${desired.holder}, renewed by hand: the link ${link.name}, stage ${stage}.`,
    steps: [
      whereStep(scene, desired),
      requestStep(scene, desired),
      csrStep(scene, desired),
      ...signSteps(scene, desired),
      mergeStep(scene, desired),
      usedStep(scene),
      endStep,
    ],
  };
}

const whereStep = (scene: Scene, { name, holder }: DesiredCertificate): Step => ({
  id: "where",
  text: "Say who you are, and find the vault and the CA. Each command shows one thing; where one shows none or several, take the right one from what the deployment printed.",
  commands: [
    ...begin(scene, name),
    `VAULT=$(az keyvault list --subscription "$SUBSCRIPTION" --resource-group ${quote(named(scene))} --query "[?starts_with(name, '${vaultStem(holder)}-')].name" --output tsv)`,
    ...findCa(scene),
    'echo "$VAULT" "$CA" "$ALGORITHM"',
  ],
});

const requestStep = (scene: Scene, { name }: DesiredCertificate): Step => ({
  id: "request",
  text: "Have the vault make a key and a CSR. Its key never leaves it. The code Forbidden with status 409 says that a request waits already: go on, the next step looks at it. ObjectIsDeletedButRecoverable says that somebody deleted the certificate: `az keyvault certificate recover`, and again.",
  commands: [
    callFor(scene, name, "policy"),
    `${vault("post", name, "/create")} --body "@$DIR/create.json" --output none`,
  ],
});

const csrStep = (scene: Scene, { name }: DesiredCertificate): Step => ({
  id: "csr",
  text: `Fetch the CSR, and check it against the link. If it is refused, drop the request with \`az rest --method delete\` of the same address, and do the step before again.`,
  commands: [
    `${vault("get", name, "/pending")} --query csr --output tsv > "$DIR/csr.b64"`,
    callFor(scene, name, "check-csr"),
  ],
});

const mergeStep = (scene: Scene, { name }: DesiredCertificate): Step => ({
  id: "merge",
  text: "Check the chain against the link, the CSR and the CA, and merge it. It is current in the vault at once, and bunny takes it up by itself: with the driver's next poll, and its own next look.",
  commands: [
    callFor(scene, name, "check-chain"),
    `${vault("post", name, "/pending/merge")} --body "@$DIR/merge.json" --query attributes.exp --output tsv`,
  ],
});

const usedStep = (scene: Scene): Step => ({
  id: "used",
  text: "See that it is used: so many of relay's lines of the last hour name its serial. Not 0, within minutes. While it is 0, bunny still has the old one: look at its pod before the old one ends.",
  commands: [
    `${aws(scene, "logs filter-log-events")} --log-group-name ${quote(scene.link.relay.log.group)} --start-time "$(($(date +%s) - ${HOUR_SECONDS}))000" --filter-pattern "file://$DIR/pattern" --query 'length(events)' --output json`,
  ],
});

const endStep: Step = {
  id: "end",
  text: "Tidy up. Once Warrener works again it finds this certificate, and looks after it as after its own; that it was signed by somebody else is told once.",
  commands: ['rm -r "$DIR"'],
};

const vault = (method: string, name: string, rest: string): string =>
  `az rest --method ${method} --resource https://vault.azure.net --url "https://$VAULT.vault.azure.net/certificates/${name}${rest}?api-version=${API_VERSION}"`;
