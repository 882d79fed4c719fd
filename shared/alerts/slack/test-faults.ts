/** What in a message would be more than text, for tests: mentions, links, formatting, breaks, what nobody can see. */
import { expect } from "vitest";
import { checkBlocks } from "../../../local/slack/blocks.ts";
import { FALLBACK_MAX } from "./limits.ts";
import type { Rendered } from "./render.ts";
import { autoLinks, readMrkdwn, type TextObject, textObjects, unseen } from "./test-syntax.ts";

/** Empty when nothing in the message is anything but what we made of it. `links`: how ours begin. */
export function faultsIn(rendered: Rendered, links: readonly string[]): string[] {
  return [
    ...textFaults(rendered.text),
    ...textObjects(rendered).flatMap((object) => objectFaults(object, links)),
    ...blockFaults(rendered),
  ];
}

function objectFaults(object: TextObject, links: readonly string[]): string[] {
  const { type, text } = object;
  const common = [
    ...unseen(text.replace(/^\*[^*\n]+\*\n/, "")),
    ...(text.isWellFormed() ? [] : ["half a character"]),
  ];
  // Without these, Slack would look for links, mentions and emoji by itself.
  expect(object).toMatchObject(type === "plain_text" ? { emoji: false } : { verbatim: true });
  if (type === "plain_text") return [...common, ...autoLinks(text)].map((fault) => `plain: ${fault}`);
  const { specials, formatting } = readMrkdwn(text);
  const foreign = specials.filter((special) => !links.some((url) => special.startsWith(url)));
  // A label is bold; nothing else is anything.
  const label = /^\*[^*\n]+\*(?=\n`[^`\n]+`$)/.exec(text)?.[0];
  return [...common, ...foreign, ...formatting.filter((one) => one !== label)].map(
    (fault) => `mrkdwn: ${fault}`,
  );
}

/** Beside the blocks; Slack reads it as `mrkdwn`, and no `verbatim` can be said of it. */
function textFaults(text: string): string[] {
  const { specials, code } = readMrkdwn(text);
  const entities = text.match(/&(?!amp;|lt;|gt;)/g) ?? [];
  const long = text.length > FALLBACK_MAX ? ["too long"] : [];
  const faults = [...specials, ...code, ...autoLinks(text), ...unseen(text), ...entities, ...long];
  return [...faults, ...(text.isWellFormed() ? [] : ["half a character"])].map((fault) => `text: ${fault}`);
}

function blockFaults({ blocks }: Rendered): string[] {
  try {
    checkBlocks(JSON.parse(JSON.stringify(blocks)));
    return [];
  } catch (error) {
    return [`Slack refuses the blocks: ${JSON.stringify(error)}`];
  }
}
