/**
 * `npm run warrener -- break-glass`: what a person does who has rights in both clouds while Warrener does not work.
 * Asks nobody and needs no credentials: the steps are made from the link alone, and what can be done offline is done
 * here.
 */
import { ConfigError } from "../../../shared/runtime/errors.ts";
import type { Answered } from "../answered.ts";
import { toLines } from "../line.ts";
import { sayGuide } from "./guide.ts";
import { openPrivateFiles } from "./private-files.ts";
import { callFor, DIRECTORY, folderFor, type Scene } from "./scene.ts";
import { type BreakGlassAct, type Kind, type Parts, type Thing, thingsOf } from "./things.ts";

export interface BreakGlassAsked extends Omit<Scene, "directory"> {
  readonly name: string | undefined;
  /** Left out: the steps. */
  readonly act: BreakGlassAct | undefined;
  /** Left out: one that no version control looks at. */
  readonly dir: string | undefined;
}

/** Throws `ConfigError` with what to do. */
export async function breakGlass(asked: BreakGlassAsked, parts: Parts): Promise<Answered> {
  const { name, act, dir, ...rest } = asked;
  const scene: Scene = { ...rest, directory: dir ?? DIRECTORY };
  if (name === undefined) return overview(scene);
  const things = thingsOf(scene).filter((thing) => thing.name === name);
  if (things.length === 0) throw unknownName(scene, name);
  if (act === undefined) return steps(things);
  const [perform] = things.flatMap(({ performOf }) => performOf(act) ?? []);
  if (perform === undefined) throw otherKind(act, things);
  const { lines, json } = await perform(await openPrivateFiles(folderFor(scene, name)), parts);
  return { lines: toLines(lines), json, problem: null };
}

function steps(things: readonly Thing[]): Answered {
  const guides = things.map(({ guide }) => guide());
  return { lines: guides.flatMap((guide) => sayGuide(guide)), json: { guides }, problem: null };
}

const PURPOSES: readonly (readonly [Kind, string])[] = [
  ["bunny", "To renew a bunny's certificate:"],
  ["relay", "To renew relay's certificate:"],
  ["tunnel", "To give a tunnel's two ends one pre-shared key:"],
];

function overview(scene: Scene): Answered {
  const things = thingsOf(scene);
  const namesOf = (wanted: Kind) => things.filter(({ kind }) => kind === wanted).map(({ name }) => name);
  const groups = PURPOSES.map(([kind, says]) => [says, ...namesOf(kind).map(call(scene))]);
  const lines = toLines([
    "What a person with rights in both clouds can do while Warrener does not work (docs/break-glass.md).",
    "Where its functions still run, freeze the link first: nobody then works at the same thing.",
    "",
    ...groups.flatMap((group) => (group.length === 1 ? [] : group)),
  ]);
  const certificates = [...namesOf("bunny"), ...namesOf("relay")];
  return { lines, json: { certificates, tunnels: namesOf("tunnel") }, problem: null };
}

const call = (scene: Scene) => (name: string) => `  ${callFor(scene, name, null)}`;

function unknownName(scene: Scene, name: string): ConfigError {
  const names = thingsOf(scene).map((thing) => thing.name);
  return new ConfigError(
    `the link has no certificate and no tunnel ${name}: it has ${names.toSorted().join(", ")}`,
  );
}

const KINDS: Readonly<Record<Kind, string>> = {
  bunny: "a bunny's certificate",
  relay: "relay's certificate",
  tunnel: "a tunnel",
};

function otherKind(act: BreakGlassAct, things: readonly Thing[]): ConfigError {
  const kinds = things.map(({ name, kind }) => `${name} is ${KINDS[kind]}`).join(" and ");
  const acts = things.flatMap((thing) => thing.acts).join(", ");
  return new ConfigError(`${kinds}, which ${act} is not for: it has ${acts}`);
}
