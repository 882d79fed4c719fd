/** The command line's arguments, parsed once: an option that its verb does not know stops it with what to do. */
import { parseArgs } from "node:util";
import * as z from "zod";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { TUNNEL_ACTS } from "../stack/control.ts";
import { BREAK_GLASS_ACTS } from "./break-glass/things.ts";
import { FreezeReason } from "./freeze.ts";
import { RevokeArguments } from "./revoke.ts";

export const USAGE = `usage: npm run warrener -- VERB [OPTIONS]

  status                     whether the link is frozen, and how every certificate and group stands, trouble first
  explain NAME               why a certificate, or a group of rules, is as it is, and what happens next
  history [NAME]             what was changed, the newest first        [--limit N]
  plan [NAME]                what a run would do now
  accept GROUP               lets be done in a group what waits for a person's consent  [--yes]
  revoke NAME                orders a revocation    --reason superseded|key-compromise [--serial S]
  freeze                     stops every change in both clouds         --reason TEXT
  thaw                       lets changes be made again
  rotate NAME                asks for a new certificate, API key, or pre-shared key of a tunnel, now
  break-glass [NAME [ACT]]   what a person does by hand while nothing of this runs   [--dir FOLDER]
                             ACT, done here and offline, is ${BREAK_GLASS_ACTS.join(", ")}
  local ACT TUNNEL           ACT is ${TUNNEL_ACTS.join(", ")}; the local stack alone

  --stage STAGE              a deployment of yours, with your own AWS credentials; left out, the local stack
  --link FILE                the link that the stage was deployed from, when it is not link.config.ts
  --json                     for machines`;

const Limit = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, { error: "--limit takes a number from 1 to 9999" })
  .transform(Number)
  .default(20);

const Text = z.string().optional();
const common = { stage: Text, link: Text, json: z.boolean().default(false) };
/** Of what waits, without asking: where nobody is there to be asked. */
const yes = z.boolean().default(false);
const noName = z.undefined({ error: "takes no name" });

const Command = z.discriminatedUnion("verb", [
  z.strictObject({ verb: z.literal("status"), name: noName.optional(), ...common }),
  z.strictObject({
    verb: z.literal("explain"),
    name: z.string({ error: "takes the name of a certificate or a group" }),
    ...common,
  }),
  z.strictObject({ verb: z.literal("history"), name: Text, limit: Limit, ...common }),
  z.strictObject({ verb: z.literal("plan"), name: Text, ...common }),
  z.strictObject({
    verb: z.literal("accept"),
    name: z.string({ error: "takes the name of a group" }),
    yes,
    ...common,
  }),
  z.strictObject({ verb: z.literal("revoke"), ...RevokeArguments.shape, ...common }),
  z.strictObject({ verb: z.literal("freeze"), name: noName.optional(), reason: FreezeReason, ...common }),
  z.strictObject({ verb: z.literal("thaw"), name: noName.optional(), ...common }),
  z.strictObject({
    verb: z.literal("rotate"),
    name: z.string({ error: "takes the name of a certificate, an API key or a tunnel" }),
    ...common,
  }),
  z.strictObject({
    verb: z.literal("break-glass"),
    name: Text,
    act: z.enum(BREAK_GLASS_ACTS, { error: `break-glass can do ${BREAK_GLASS_ACTS.join(", ")}` }).optional(),
    dir: Text,
    ...common,
  }),
  z.strictObject({
    verb: z.literal("local"),
    act: z.enum(TUNNEL_ACTS, { error: `local takes ${TUNNEL_ACTS.join(", ")}` }),
    name: z.string({ error: "takes the name of a tunnel" }),
    stage: z.undefined({ error: "local is about the local stack: leave --stage out" }).optional(),
    json: common.json,
  }),
]);
export type Command = z.output<typeof Command>;

/** Throws `ConfigError` with what is wrong and how the command is used. */
export function parseCommand(args: readonly string[]): Command {
  const { positionals, values } = parseOptions(args);
  const [verb, ...words] = positionals;
  if (verb === undefined) throw misuse("say what to do");
  const { act, name, more } = readWords(verb, words);
  if (more.length > 0) throw misuse(`${more.join(" ")} is too much: one name at a time`);
  const said = { ...(act === undefined ? {} : { act }), ...(name === undefined ? {} : { name }) };
  const parsed = Command.safeParse({ verb, ...said, ...values });
  if (parsed.success) return parsed.data;
  throw misuse(parsed.error.issues.map((issue) => sayIssue(verb, issue)).join("; "));
}

/** Of the two words that some verbs take, which is which. */
function readWords(verb: string, [first, second, ...rest]: readonly string[]) {
  if (verb === "local") return { act: first, name: second, more: rest };
  if (verb === "break-glass") return { name: first, act: second, more: rest };
  return { name: first, act: undefined, more: second === undefined ? rest : [second, ...rest] };
}

function parseOptions(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = {
    stage: text,
    link: text,
    limit: text,
    reason: text,
    serial: text,
    dir: text,
    json: { type: "boolean" },
    yes: { type: "boolean" },
  } as const;
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw misuse(error instanceof Error ? error.message : "the arguments cannot be read");
  }
}

function sayIssue(verb: string, issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_union") return `there is no verb ${verb}`;
  if (issue.code === "unrecognized_keys")
    return `${verb} has no ${issue.keys.map((key) => `--${key}`).join(" and no ")}`;
  const [place] = issue.path;
  return place === "name" ? `${verb} ${issue.message}` : issue.message;
}

const misuse = (reason: string) => new ConfigError(`${reason}\n\n${USAGE}`);
