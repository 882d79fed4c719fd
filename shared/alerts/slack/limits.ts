/** Slack's limits, and how much of them we use. Lengths are in UTF-16 units of the text as it is sent, escapes included. */

/** Of a header's text (package d.ts of @slack/types, `HeaderBlock`). */
export const HEADER_MAX = 150;
/** Of a text object (package d.ts of @slack/types, `MrkdwnElement`). */
export const TEXT_OBJECT_MAX = 3_000;
/** Of one text in a section's fields, and how many there are (package d.ts of @slack/types, `SectionBlock`). */
export const FIELD_MAX = 2_000;
export const FIELDS_MAX = 10;
/** Texts and images in a context block (package d.ts of @slack/types, `ContextBlock`). */
export const CONTEXT_ELEMENTS_MAX = 10;
/**
 * A message has 50 blocks at most (https://docs.slack.dev/reference/block-kit/blocks), of which we use four. All of
 * them together may not be long either; how long is not documented. Refused with
 * `msg_blocks_too_long` were about 13,200 characters (https://github.com/slackapi/bolt-js/issues/2509) and, by
 * another count, 11,341 (https://github.com/slackapi/bolt-js/issues/2867). We stay below half of that.
 */
export const FACTS_TOTAL_MAX = 3_000;
export const LINKS_TOTAL_MAX = 2_000;

/**
 * Of the text beside the blocks: 4,000 are recommended (https://docs.slack.dev/reference/methods/chat.postMessage),
 * and an edit with more was refused (https://github.com/seratch/ChatGPT-in-Slack/issues/102).
 */
export const FALLBACK_MAX = 3_000;

/** A page of messages: Slack recommends no more than 200 (https://docs.slack.dev/apis/web-api/pagination). */
export const PAGE_SIZE = 200;
/** Further than that is not searched. */
export const PAGES_MAX = 4;
