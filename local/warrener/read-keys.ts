/** How the keys of a link stand, and what its trust is, as the deployed functions see them. */
import type * as z from "zod";
import { apiKeysOf } from "../../shared/keys/api-keys-desired.ts";
import { linkDigest } from "../../shared/link/load.ts";
import type { Link } from "../../shared/link/schema.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { askFunction } from "./ask-function.ts";
import type { Deployment } from "./deployment.ts";
import { ApiKeysPlan, type KeyReport, PreSharedPlan, TrustPlan, type TrustReport } from "./keys-answer.ts";
import { differenceOf } from "./read-plans.ts";
import type { Standing } from "./standing.ts";
import { type AnswerOf, orUnanswered, type Unanswered, unansweredIn } from "./unanswered.ts";

export type KeyKind = "api-key" | "pre-shared-key";

/** A key that the link declares. */
export interface LinkKey {
  readonly name: string;
  readonly kind: KeyKind;
  /** Whose it is: a bunny's, or of a tunnel. */
  readonly holder: string;
}

export interface KeyStanding extends LinkKey {
  readonly standing: Standing;
  /** Null: nothing could be said of it. */
  readonly report: KeyReport | null;
  /** The code of what was not answered; null when all was. */
  readonly code: string | null;
}

export interface TrustStanding {
  readonly standing: Standing;
  readonly report: TrustReport;
  readonly problems: readonly { readonly name: string; readonly code: string }[];
}

export interface Keys {
  readonly keys: readonly KeyStanding[];
  /** Null where the link leaves it to each side, and where nobody answered for it. */
  readonly trust: TrustStanding | null;
  /** Who gave no answer; what they look after is in none of the others. */
  readonly unanswered: readonly Unanswered[];
  readonly frozen: boolean;
  /** What is wrong with the deployment, as far as the answers show it. */
  readonly problem: string | null;
}

export const NO_KEYS: Keys = { keys: [], trust: null, unanswered: [], frozen: false, problem: null };

/** Of no certificate, key or tunnel: a bunny's vault has the bundle under it. */
export const TRUST_ROW = "trust-bundle";

/** All of them, in the link's order; tunnels only where the link has their keys looked after. */
export function keysOf(link: Link): LinkKey[] {
  const { vpn } = link;
  const tunnels = vpn?.preSharedKeys === undefined ? [] : vpn.connections.flatMap((one) => one.tunnels);
  return [
    ...apiKeysOf(link).map(
      ({ bunny, desired }): LinkKey => ({ name: desired.name, kind: "api-key", holder: bunny }),
    ),
    ...tunnels.map(({ name }): LinkKey => ({ name, kind: "pre-shared-key", holder: name })),
  ];
}

type Asked = Pick<Deployment, "link" | "lambda" | "functions">;

/**
 * Of every key and of the trust, or of one key; who looks after nothing of it is not asked. Throws `ConfigError` when
 * one key is asked about, and there is no answer.
 */
export async function readKeys(deployment: Asked, name?: string): Promise<Keys> {
  const { link } = deployment;
  const wanted = keysOf(link).filter((key) => name === undefined || key.name === name);
  const of = (kind: KeyKind) => wanted.filter((key) => key.kind === kind);
  const apiKeys = of("api-key");
  const tunnels = of("pre-shared-key");
  const trust = name !== undefined || link.trust === undefined ? [] : [{ name: TRUST_ROW }];
  const [keysGiven, tunnelsGiven, trustGiven] = await Promise.all([
    ask(deployment, "apiKeys", apiKeys, ApiKeysPlan),
    ask(deployment, "preSharedKeys", tunnels, PreSharedPlan),
    ask(deployment, "trust", trust, TrustPlan),
  ]);
  const given = [keysGiven, tunnelsGiven, trustGiven].filter((one) => one !== null);
  const answers = given.flatMap(({ answer }) => (answer === null ? [] : [answer]));
  const keysAnswer = keysGiven?.answer ?? null;
  const tunnelsAnswer = tunnelsGiven?.answer ?? null;
  const trustAnswer = trustGiven?.answer ?? null;
  return {
    keys: [
      ...(keysAnswer === null ? [] : apiKeys.map((key) => stand(key, keysAnswer, keysAnswer.keys))),
      ...(tunnelsAnswer === null
        ? []
        : tunnels.map((key) => stand(key, tunnelsAnswer, tunnelsAnswer.tunnels))),
    ],
    trust: trustAnswer === null ? null : standTrust(trustAnswer),
    unanswered: unansweredIn(given, name !== undefined),
    frozen: answers.some(({ frozen }) => frozen),
    problem: differenceOf(answers, linkDigest(link)),
  };
}

/** Null: it is not asked, as there is nothing that it looks after. */
async function ask<T>(
  { lambda, functions }: Asked,
  which: "apiKeys" | "preSharedKeys" | "trust",
  wanted: readonly { readonly name: string }[],
  answer: z.ZodType<T>,
): Promise<AnswerOf<T> | null> {
  if (wanted.length === 0) return null;
  const names = wanted.map(({ name }) => name);
  const asked = { event: { run: "plan" }, answer, act: "plan" };
  return await orUnanswered(functions[which], names, () => askFunction(lambda, functions[which], asked));
}

/** The function's answer does not speak of it: it was deployed from another link. */
export const NOT_LOOKED_AFTER = "not-looked-after";

type Answer = Pick<z.infer<typeof ApiKeysPlan>, "at" | "problems">;

function stand(key: LinkKey, answer: Answer, reports: readonly KeyReport[]): KeyStanding {
  const report = reports.find((one) => one.name === key.name) ?? null;
  const code = answer.problems.find((one) => one.name === key.name)?.code ?? null;
  if (report === null) return { ...key, standing: "trouble", report: null, code: code ?? NOT_LOOKED_AFTER };
  return { ...key, standing: code === null ? standingOf(report, answer.at) : "trouble", report, code };
}

function standingOf({ state, step, createdAt, dueAt, troubles }: KeyReport, now: Instant): Standing {
  if (troubles.length > 0) return "trouble";
  switch (state) {
    case "trouble":
    case "cannot-tell":
      return "trouble";
    case "rotating":
      return "due";
    case "in-order": {
      // It may wait for another one first.
      const isDue = step !== null || createdAt === null || (dueAt !== null && dueAt <= now);
      return isDue ? "due" : "ok";
    }
  }
}

function standTrust({
  trust,
  problems,
}: Pick<TrustStanding, "problems"> & { trust: TrustReport }): TrustStanding {
  const isTrouble = trust.troubles.length > 0 || problems.length > 0;
  const standing = isTrouble ? "trouble" : trust.steps.length > 0 ? "due" : "ok";
  return { standing, report: trust, problems };
}
