/** What the steps are about: a link, the stage that it was deployed as, and the folder that they work in. */
import path from "node:path";
import type { Link } from "../../../shared/link/schema.ts";
import { APP, nameInStage } from "../../../shared/runtime/deployed-names.ts";
import { quote } from "./guide.ts";

export interface Scene {
  readonly link: Link;
  readonly stage: string;
  /** Where the link was read from, when it is not link.config.ts. */
  readonly linkFile: string | undefined;
  /** Where each name gets a folder of its own, as the commands name it. */
  readonly directory: string;
}

/** Not under version control, where npm starts the project's programs. */
export const DIRECTORY = ".cache/break-glass";

/**
 * Of files that only their owner may read; nothing else is in it, so that it can be removed as a whole. What was left
 * behind for one stage is never found for another one, nor for another link.
 */
export const folderFor = ({ directory, link, stage }: Scene, name: string): string =>
  path.join(directory, link.name, stage, name);

export const named = ({ stage }: Pick<Scene, "stage">, thing?: string): string =>
  nameInStage(APP, stage, thing);

/** How the same program is called again: for one of its acts, or, where that is null, for the steps. */
export function callFor(scene: Scene, name: string, act: string | null): string {
  const { stage, linkFile, directory } = scene;
  const options = [
    `--stage ${quote(stage)}`,
    ...(linkFile === undefined ? [] : [`--link ${quote(linkFile)}`]),
    ...(directory === DIRECTORY ? [] : [`--dir ${quote(directory)}`]),
  ];
  const words = [
    "npm run -s warrener -- break-glass",
    quote(name),
    ...(act === null ? [] : [act]),
    ...options,
  ];
  return words.join(" ");
}

/** Nothing that these steps write is for others to read, and their folder is there before its first file. */
export const beginFolder = (scene: Scene, name: string): string[] => [
  "umask 077",
  `DIR=${quote(folderFor(scene, name))}`,
  'mkdir -p "$DIR"',
];

/** The same, and who the person is in both clouds. */
export const begin = (scene: Scene, name: string): string[] => [
  ...beginFolder(scene, name),
  whoAmI(scene),
  "SUBSCRIPTION=$(az account show --query id --output tsv)",
];

export const whoAmI = (scene: Scene): string =>
  `${aws(scene, "sts get-caller-identity")} --query Arn --output text`;

export const aws = ({ link }: Scene, operation: string): string =>
  `aws ${operation} --region ${link.aws.region}`;
