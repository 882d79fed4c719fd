/** Kills a run at one moment, lets the next one heal it, and says what does not hold afterwards. */
import { type Death, runAndDie } from "./matrix.ts";
import { pollRelay, type Scene } from "./scene.ts";
import { type Stage, setStage } from "./stages.ts";

/** In words; [] when the next run has healed everything. */
export async function faultsAfter(scene: Scene, stage: Stage, death: Death): Promise<string[]> {
  await setStage(scene, stage);
  const before = count(scene);
  const { result, struck } = await runAndDie(scene, death);
  const faults = struck === 1 ? [] : [`the moment came ${struck} times`];
  if (death.victim === "Lambda" && result.ok) faults.push("the killed run ended well");
  if (stage.holds) faults.push(...(await relayRefusals(scene, "after the death")));
  const healing = await scene.renew.invoke({});
  if (!healing.ok) faults.push(`the next run ended in trouble: ${healing.errorMessage}`);
  return [...faults, ...(await wrongs(scene, stage, before))];
}

interface Counts {
  readonly versions: number;
  readonly signed: number;
}

function count(scene: Scene): Counts {
  return { versions: versionsOf(scene).length, signed: signedFor(scene).length };
}

const versionsOf = ({ vault, certificate }: Scene) =>
  vault.certificates.get(certificate.name)?.versions ?? [];

/** What the CA signed for the function; a person's and relay's certificates are not its doing. */
const signedFor = ({ stack, renew }: Scene) =>
  stack.aws.acmPca.issued().filter(({ issuedTo }) => issuedTo === renew.deployed.role.arn);

async function wrongs(scene: Scene, { adds }: Stage, before: Counts): Promise<string[]> {
  const after = count(scene);
  const faults: string[] = [];
  if (after.versions !== before.versions + adds) faults.push(`${after.versions} versions`);
  if (after.signed !== before.signed + adds) faults.push(`signed ${after.signed - before.signed} times`);
  if (versionsOf(scene).at(-1)?.enabled !== true) faults.push("the newest version is not enabled");
  const pending = scene.vault.certificates.get(scene.certificate.name)?.pending;
  if (pending?.status === "inProgress") faults.push("a request still waits");
  faults.push(...(await unnoted(scene, before.signed)), ...(await relayRefusals(scene, "in the end")));
  return faults;
}

/** Within the CA's five minutes, which no case outlives, a signature is never left to an unknown outcome. */
async function unnoted(scene: Scene, signedBefore: number): Promise<string[]> {
  const items = await journal(scene);
  const untold = items.filter((item) => item.includes('"change#'));
  const lost = signedFor(scene)
    .slice(signedBefore)
    .filter(({ certificateArn }) => !items.some((item) => item.includes(`"${certificateArn}"`)));
  return [
    ...untold.map(() => "a change was not told"),
    ...lost.map(({ serial }) => `the journal does not know the serial ${serial}`),
  ];
}

async function journal({ stack }: Scene): Promise<string[]> {
  const tables = stack.graph.tables.map(({ name }) => stack.aws.dynamoDb.items(name));
  return (await Promise.all(tables)).flat().map((item) => JSON.stringify(item));
}

async function relayRefusals(scene: Scene, moment: string): Promise<string[]> {
  const outcome = await pollRelay(scene);
  return outcome.kind === "no-answer" ? [`${moment}, relay does not accept bunny: ${outcome.reason}`] : [];
}
