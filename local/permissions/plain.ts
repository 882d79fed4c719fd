/**
 * Names of the clouds' things as a reader wants them: without account, region, stage, link and what the clouds made
 * up, so that the page says the same for everybody.
 */
import type { Graph } from "../graph/schema.ts";
import { stagePrefixOf } from "./recording.ts";

type Named = Pick<Graph, "app" | "stage" | "region" | "accountId" | "storageTables">;

export interface PlainOptions {
  readonly graph: Named;
  /** The link's name. */
  readonly link: string;
  /** The name of the function whose policy it is. */
  readonly itself?: string;
}

export function plain(text: string, { graph, link, itself }: PlainOptions): string {
  const { region, accountId, app, storageTables } = graph;
  const storage = storageTables.reduce(
    (all, { account }) => all.replaceAll(account, "<storage account>"),
    text,
  );
  const own =
    itself === undefined ? storage : storage.replace(`/aws/lambda/${itself}`, "/aws/lambda/<its own>");
  return own
    .replace(/^arn:aws:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12}|\*)?:/, "")
    .replace(
      /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)(?:\/providers\/[^/]+)?\/?/,
      (_, group) => `${group} / `,
    )
    .replaceAll(stagePrefixOf(graph), `${app}-<stage>`)
    .replaceAll(region, "<region>")
    .replaceAll(accountId, "<account>")
    .replaceAll(`#${link}`, "#<link>")
    .replaceAll(new RegExp(`^${link}$`, "g"), "<link>")
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>")
    .replaceAll(/\b(vpn|sg|pl)-[0-9a-f]{17}\b/g, "$1-<id>")
    .replaceAll(/\b(wr-[a-z0-9-]+)-[0-9a-f]{8}\b/g, "$1-<id>")
    .replace(/^(secret:.+)-[0-9a-f]{6}$/, "$1")
    .replace(/^arn:aws:[a-z0-9-]+:[^:]*:[^:]*:/, "");
}

/** Each once, in order, as code; at most `max`, as nobody reads a longer list. */
export function plainList(texts: readonly string[], options: PlainOptions, max = 8): string {
  const each = [...new Set(texts.map((text) => plain(text, options)))].toSorted();
  const shown = each.slice(0, max).map((text) => `\`${text}\``);
  return [...shown, ...(each.length > max ? [`${each.length - max} more`] : [])].join(", ");
}
