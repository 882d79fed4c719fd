/**
 * Logs of AWS WAF (https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html). They hold the headers of
 * each request, credentials among them: the address is all that is taken.
 */
import { addressOf } from "./fields.ts";
import { objectIn, textIn, valueIn } from "./json-object.ts";
import { type Reader, refusedEvent } from "./reader.ts";

/** Each of these ends a request: the last two where it came without a good token. */
const REFUSING = ["BLOCK", "CAPTCHA", "CHALLENGE"];
/** Let through. A rule that counts is never the one that ends a request. */
const PASSING = ["ALLOW", "COUNT"];

export const wafReader = (): Reader => ({
  name: "waf",
  filters: {
    json: REFUSING.map((action) => `($.webaclId = "*" && $.action = "${action}")`),
    text: [],
  },
  read: ({ record, isFromAgent }, at) => {
    if (record === null || isFromAgent || textIn(record, "webaclId") === null) return "not-mine";
    const action = valueIn(record, "action");
    if (typeof action !== "string") return "unreadable";
    if (PASSING.includes(action)) return "not-mine";
    const request = objectIn(record, "httpRequest");
    if (!REFUSING.includes(action) || request === null) return "unreadable";
    return refusedEvent("waf", at, "waf-block", { source: addressOf(textIn(request, "clientIp")) });
  },
});
