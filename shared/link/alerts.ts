/** Whom the link's incidents are told to. Each goes out as an event besides, whatever is said here. */
import * as z from "zod";
import { EmailAddress, SlackChannelId } from "./names.ts";
import { strict } from "./strict.ts";

const RUNBOOK = 'must be the https URL of the operating guide, such as "https://example.com/operating.md"';

export const LinkAlerts = strict({
  slack: strict({ channel: SlackChannelId }).optional(),
  /** Told by AWS itself when an alarm rings, without any of our code in the way. */
  emails: z
    .array(EmailAddress, { error: "must be a list of e-mail addresses" })
    .refine((emails) => new Set(emails).size === emails.length, {
      error: "names one address twice: write it once",
    })
    .transform((emails) => emails.toSorted())
    .default([]),
  /** Where the operating guide is published; the entry's name is added after a #. */
  runbook: z.string({ error: RUNBOOK }).refine(isRunbook, { error: RUNBOOK }).optional(),
});

function isRunbook(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== "https:" || url.href !== text) return false;
  return url.username === "" && url.password === "" && url.hash === "";
}
