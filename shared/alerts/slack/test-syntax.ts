/**
 * What Slack makes of a message, for tests: its own small reading of the syntax that Slack documents
 * (https://docs.slack.dev/messaging/formatting-message-text), written without a look at how messages are made.
 */
import type { Block, Rendered } from "./render.ts";

export interface Reading {
  /** Everything in angle brackets, as it stands there: mentions, links, dates. */
  readonly specials: readonly string[];
  /** Bold, italic, struck, quoted, lists, emoji: what is none of that is empty. */
  readonly formatting: readonly string[];
  readonly code: readonly string[];
}

const SPECIAL = /<([^<>]*)>/g;
const CODE_BLOCK = /```[\s\S]*?```/g;
const CODE = /`[^`\n]+`/g;
const FORMATTING = [
  /\*[^*\n]+\*/g,
  /(?<!\w)_[^_\n]+_(?!\w)/g,
  /~[^~\n]+~/g,
  /^\s*(?:&gt;|>).*$/gm,
  /:[\w+-]+:/g,
];

/** A `mrkdwn` text with `verbatim`: nothing but its syntax counts. */
export function readMrkdwn(text: string): Reading {
  // Angle brackets count wherever they stand, in code as well.
  const specials = [...text.matchAll(SPECIAL)].map(([, inner = ""]) => inner);
  const rest = text.replace(SPECIAL, "");
  const blocks = rest.match(CODE_BLOCK) ?? [];
  const outside = rest.replace(CODE_BLOCK, "");
  const code = [...blocks, ...(outside.match(CODE) ?? [])].map((span) => span.replace(/^`+|`+$/g, ""));
  const plain = outside.replace(CODE, "\uFFFC");
  const formatting = FORMATTING.flatMap((pattern) => plain.match(pattern) ?? []);
  const open = /[<>`]/.test(plain) ? [`left open: ${plain}`] : [];
  return { specials, formatting: [...formatting, ...open], code };
}

/** What a client may make a link or a mention of by itself, where no `verbatim` can keep it from it. */
export function autoLinks(text: string): string[] {
  return text.match(/[a-z][a-z0-9+.-]*:\/\/|\b(?:mailto|tel):|\bwww\.|@[\w.-]|[<>]/gi) ?? [];
}

/** What nobody can see, or what makes a line of its own. */
export function unseen(text: string): string[] {
  return text.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]|\u034F|\uFE0F/gu) ?? [];
}

export type TextObject = Extract<Block, { type: "context" }>["elements"][number];

export function textObjects({ blocks }: Rendered): TextObject[] {
  return blocks.flatMap((block: Block): readonly TextObject[] => {
    if (block.type === "context") return block.elements;
    return "fields" in block ? block.fields : [block.text];
  });
}
