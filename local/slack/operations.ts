/** What the local Slack can do and every code that it can answer. All but 429 and 5xx are sent with status 200. */
import { type OperationTable, Refusal } from "../stand-in/operations.ts";

const COMMON = [
  "account_inactive",
  "fatal_error",
  "internal_error",
  "invalid_arguments",
  "invalid_auth",
  "invalid_form_data",
  "invalid_post_type",
  "not_authed",
  "ratelimited",
  "service_unavailable",
  "token_revoked",
];
const ON_CHANNEL = [...COMMON, "channel_not_found", "missing_scope"];
const WRITING = [
  ...ON_CHANNEL,
  "invalid_blocks",
  "invalid_blocks_format",
  "invalid_metadata_format",
  "invalid_metadata_schema",
  "metadata_too_large",
  "msg_blocks_too_long",
  "no_text",
];
const READING = [...ON_CHANNEL, "invalid_cursor", "invalid_ts_latest", "invalid_ts_oldest", "not_in_channel"];

export const SLACK_OPERATIONS = {
  "slack:auth.test": { mutates: false, errors: COMMON },
  "slack:chat.postMessage": {
    mutates: true,
    errors: [...WRITING, "cannot_reply_to_message", "invalid_thread_ts", "is_archived", "not_in_channel"],
  },
  "slack:chat.update": {
    mutates: true,
    errors: [
      ...WRITING,
      "cant_update_message",
      "edit_window_closed",
      "is_inactive",
      "message_not_found",
      "msg_too_long",
    ],
  },
  "slack:chat.delete": {
    mutates: true,
    errors: [
      ...ON_CHANNEL,
      "cant_delete_message",
      "compliance_exports_prevent_deletion",
      "message_not_found",
    ],
  },
  "slack:conversations.history": { mutates: false, errors: READING },
  "slack:conversations.replies": { mutates: false, errors: [...READING, "thread_not_found"] },
} as const satisfies OperationTable;

export type SlackOperation = keyof typeof SLACK_OPERATIONS;

export function isSlackOperation(name: string): name is SlackOperation {
  return Object.hasOwn(SLACK_OPERATIONS, name);
}

/** `details` stand beside the code, such as the scope that is missing. */
export class SlackRefusal extends Refusal {
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, details: Readonly<Record<string, unknown>> = {}) {
    super(200, code, code);
    this.details = details;
  }
}

/** As Slack says what is wrong with an argument: `must be … [json-pointer:/…]`. */
export function badArguments(code: string, faults: readonly string[]): SlackRefusal {
  return new SlackRefusal(code, {
    errors: faults,
    response_metadata: { messages: faults.map((fault) => `[ERROR] ${fault}`) },
  });
}

export function ratelimited(retryAfterSeconds: number): Refusal {
  return new Refusal(429, "ratelimited", "ratelimited", { "retry-after": String(retryAfterSeconds) });
}
