/**
 * How a person renews relay's certificate with nothing of Warrener running: the key is made on their machine, the CA
 * signs, and the secret gets a version as Warrener would have put it there. It is staged first, as relay's replicas
 * have to load it before it is served.
 */
import { HEARD_WITHIN_SECONDS, LOADED_PATTERN } from "../../../shared/certificates/aws-loaded.ts";
import type { DesiredCertificate } from "../../../shared/certificates/plan.ts";
import { RELAY_SECRET } from "../../../shared/runtime/deployed-names.ts";
import { type Guide, quote, type Step } from "./guide.ts";
import { aws, beginFolder, callFor, named, type Scene, whoAmI } from "./scene.ts";
import { findCa, signSteps } from "./sign-steps.ts";

export const secretNameOf = (scene: Scene): string => named(scene, RELAY_SECRET);

export function relayGuide(scene: Scene, desired: DesiredCertificate): Guide {
  const { link, stage } = scene;
  const says = desired.proof === "observed";
  return {
    title: `${desired.name} of relay, renewed by hand: the link ${link.name}, stage ${stage}.`,
    steps: [
      whereStep(scene, desired),
      requestStep(scene, desired),
      ...signSteps(scene, desired),
      checkStep(scene, desired),
      openStep(scene, desired),
      stageStep(scene),
      says ? loadedStep(scene, desired) : unheardStep,
      promoteStep(scene),
      says ? servedStep(scene, desired) : shownStep(scene),
      usedStep(scene),
      endStep(scene, desired),
    ],
  };
}

const secret = (scene: Scene, operation: string): string =>
  `${aws(scene, `secretsmanager ${operation}`)} --secret-id ${secretNameOf(scene)}`;

const whereStep = (scene: Scene, { name }: DesiredCertificate): Step => ({
  id: "where",
  text: "Say who you are, and find the secret, its key and the CA. Each command shows one thing; where one shows none or several, take the right one from what the deployment printed. CURRENT alone may be missing, where the secret never had a value.",
  commands: [
    ...beginFolder(scene, name),
    `${whoAmI(scene)} | tee "$DIR/caller"`,
    `${secret(scene, "describe-secret")} --query ARN --output text | tee "$DIR/secret"`,
    `KEY=$(${secret(scene, "describe-secret")} --query KmsKeyId --output text)`,
    `CURRENT=$(${secret(scene, "list-secret-version-ids")} --query "Versions[?contains(VersionStages, 'AWSCURRENT')].VersionId" --output text)`,
    ...findCa(scene),
    'echo "$KEY" "$CURRENT" "$CA" "$ALGORITHM"',
  ],
});

const requestStep = (scene: Scene, { name }: DesiredCertificate): Step => ({
  id: "request",
  text: "Make a key and a CSR. The key stays in the folder, and is shown to nobody.",
  commands: [callFor(scene, name, "make-csr")],
});

const checkStep = (scene: Scene, { name }: DesiredCertificate): Step => ({
  id: "check",
  text: "Check the chain against the link, the CSR and the CA, and make the secret's value of it.",
  commands: [callFor(scene, name, "check-chain")],
});

const keyPolicy = (scene: Scene, file: string): string =>
  `${aws(scene, "kms put-key-policy")} --key-id "$KEY" --policy-name default --policy "file://$DIR/${file}"`;

const openStep = (scene: Scene, { name }: DesiredCertificate): Step => ({
  id: "open",
  text: "Let yourself encrypt with the secret's key, which nobody but Warrener's function may otherwise, whatever else they may. What is in the secret you cannot read by that.",
  commands: [
    `${aws(scene, "kms get-key-policy")} --key-id "$KEY" --policy-name default --query Policy --output text > "$DIR/key-policy.json"`,
    callFor(scene, name, "open-key"),
    keyPolicy(scene, "key-open.json"),
  ],
});

const stageStep = (scene: Scene): Step => ({
  id: "stage",
  text: "Put it into the secret, ready to follow what relay serves, and take the right to encrypt away again. AccessDeniedException that speaks of KMS says that the policy has not arrived yet: wait a minute, and again. A renewal of Warrener's that waits there loses AWSPENDING, and nothing else.",
  commands: [
    `VERSION=$(${secret(scene, "put-secret-value")} --version-stages AWSPENDING --secret-string "file://$DIR/value.json" --query VersionId --output text)`,
    'echo "$VERSION"',
    keyPolicy(scene, "key-closed.json"),
  ],
});

const relayLog = ({ link }: Scene) => `--log-group-name ${quote(link.relay.log.group)}`;

const askReplicas = (scene: Scene, name: string, act: string): string =>
  `until ${aws(scene, "logs filter-log-events")} ${relayLog(scene)} --start-time "$(($(date +%s) - ${HEARD_WITHIN_SECONDS}))000" --filter-pattern ${quote(LOADED_PATTERN)} --output json > "$DIR/loaded.json" && ${callFor(scene, name, act)}; do sleep 20; done`;

const loadedStep = (scene: Scene, { name }: DesiredCertificate): Step => ({
  id: "loaded",
  text: "Wait until every replica of relay says that it has loaded it, and so that it could serve it: a few minutes. One that does not says why in relay's log (server-certificate.unusable): then stop this with Ctrl-C, and do not go on while relay serves another one that is good.",
  commands: [askReplicas(scene, name, "check-loaded")],
});

const unheardStep: Step = {
  id: "loaded",
  text: "Give relay time to load it. By its link, relay does not say what it has loaded: have its operators look, or go on where nothing shows it beforehand.",
  commands: [],
};

const promoteStep = (scene: Scene): Step => ({
  id: "promote",
  text: "Make it the one that relay serves. InvalidParameterException says that another version is current by now than in the first step: look at the secret's labels (`aws secretsmanager list-secret-version-ids`). Where it is this one, Warrener works again and was faster.",
  commands: [
    `SINCE=$(date +%s)000`,
    `${secret(scene, "update-secret-version-stage")} --version-stage AWSCURRENT \${CURRENT:+--remove-from-version-id "$CURRENT"} --move-to-version-id "$VERSION" --query ARN --output text`,
  ],
});

const servedStep = (scene: Scene, { name }: DesiredCertificate): Step => ({
  id: "served",
  text: "Wait until every replica says that it serves it: a few minutes. To go back: docs/operating.md, on stepping back.",
  commands: [askReplicas(scene, name, "check-served")],
});

/** The certificate is shown before a client's own is asked for. */
const shownStep = ({ link: { relay } }: Scene): Step => ({
  id: "served",
  text: "Look at what relay shows, from where bunny could reach it: its serial is the one in the folder. To go back: docs/operating.md, on stepping back.",
  commands: [
    'cat "$DIR/serial"',
    `# openssl s_client -connect ${relay.host}:${relay.port} -servername ${relay.host} < /dev/null | openssl x509 -noout -serial -enddate`,
  ],
});

const ACCEPTED = '{ $.event = "client.accepted" || $.log_processed.event = "client.accepted" }';

const usedStep = (scene: Scene): Step => ({
  id: "used",
  text: "See that bunny is let in as before: so many lines say so since then, also of connections that were open already. Not 0, within minutes.",
  commands: [
    `${aws(scene, "logs filter-log-events")} ${relayLog(scene)} --start-time "$SINCE" --filter-pattern ${quote(ACCEPTED)} --query 'length(events)' --output json`,
  ],
});

const endStep = (scene: Scene, { name }: DesiredCertificate): Step => ({
  id: "end",
  text: `Remove the key from your machine. Once Warrener works again, it finds this certificate and looks after it as after its own; that it was signed by somebody else is told once. As its key was here, have another one made then: \`npm run warrener -- rotate ${name} --stage ${quote(scene.stage)}\`.`,
  commands: ['rm -r "$DIR"'],
});
