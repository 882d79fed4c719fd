/**
 * Whether Slack takes a message's blocks: those that are made here, with every limit of the package d.ts of
 * @slack/types. Refusals are in the form of recorded ones (https://github.com/grafana-cold-storage/oncall/pull/5121).
 */
import * as z from "zod";
import { NotSupported } from "../network/json-listener.ts";
import { badArguments, SlackRefusal } from "./operations.ts";

const BLOCKS_MAX = 50;
/** Not documented: https://github.com/slackapi/bolt-js/issues/2509 counted about that. */
const TOGETHER_MAX = 13_200;
/** Slack knows them (package d.ts of @slack/types), the stand-in does not. */
const OTHER_BLOCKS = new Set(
  "actions alert card carousel container context_actions data_table file image input markdown rich_text table task_card plan video".split(
    " ",
  ),
);

const short = (max: number) =>
  z
    .string()
    .min(1, "must be more than 0 characters")
    .max(max, `must be less than ${max + 1} characters`);
const plainText = (max: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: short(max), emoji: z.boolean().optional() });
const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal("mrkdwn"), text: short(max), verbatim: z.boolean().optional() });
const textObject = (max: number) => z.discriminatedUnion("type", [plainText(max), mrkdwn(max)]);
const block_id = z.string().max(255, "must be less than 256 characters").optional();
const atMost = <T extends z.ZodType>(item: T, max: number) =>
  z.array(item).min(1, "no fewer than 1 items allowed").max(max, `no more than ${max} items allowed`);

const Image = z.strictObject({
  type: z.literal("image"),
  image_url: short(3_000),
  alt_text: short(2_000),
});
const Block = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("header"), text: plainText(150), block_id }),
  z
    .strictObject({
      type: z.literal("section"),
      text: textObject(3_000).optional(),
      fields: atMost(textObject(2_000), 10).optional(),
      expand: z.boolean().optional(),
      block_id,
    })
    .refine(({ text, fields }) => text !== undefined || fields !== undefined, {
      error: "missing required field: text",
    }),
  z.strictObject({
    type: z.literal("context"),
    elements: atMost(z.discriminatedUnion("type", [Image, plainText(3_000), mrkdwn(3_000)]), 10),
    block_id,
  }),
  z.strictObject({ type: z.literal("divider"), block_id }),
]);
const Blocks = z.array(Block).max(BLOCKS_MAX, `no more than ${BLOCKS_MAX} items allowed`);
const Kinds = z.array(z.object({ type: z.string() }).catch({ type: "" }));

/** `value` as it came, parsed from JSON. Throws a refusal, or `NotSupported` for blocks that the stand-in does not know. */
export function checkBlocks(value: unknown): readonly unknown[] {
  const kinds = Kinds.safeParse(value);
  if (!kinds.success) throw new SlackRefusal("invalid_blocks_format");
  const other = kinds.data.find(({ type }) => OTHER_BLOCKS.has(type));
  if (other !== undefined) throw new NotSupported(`slack's ${other.type} block`);
  const parsed = Blocks.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `${message} [json-pointer:/${["blocks", ...path].join("/")}]`,
    );
    throw badArguments("invalid_blocks", faults);
  }
  requireOwnIds(parsed.data);
  if (JSON.stringify(value).length > TOGETHER_MAX) throw new SlackRefusal("msg_blocks_too_long");
  return parsed.data;
}

function requireOwnIds(blocks: z.infer<typeof Blocks>): void {
  const ids = blocks.flatMap((block) => block.block_id ?? []);
  if (new Set(ids).size < ids.length) throw badArguments("invalid_blocks", ["block_id is not unique"]);
}
