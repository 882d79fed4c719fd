/**
 * The bunnies' copies of the trust bundle, asked of the hand. Whatever it does not say of one is a problem of that one,
 * and of no other; and what it says is parsed here again, for the brain decides by it.
 */
import type { HandOf } from "../azure-api/client.ts";
import { OBSERVE_MAX, type Outcome, type Refused } from "../azure-api/contract.ts";
import type { Copy } from "../azure-api/trust-endpoints.ts";
import type { NoteRequestIds } from "../journal/change.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError, ContractError } from "../runtime/errors.ts";
import { inParallel } from "../runtime/in-parallel.ts";
import { parseBundle, writeBundle } from "./document.ts";
import type { PublishStep } from "./publish.ts";
import type { CaId } from "./schema.ts";
import type { Store } from "./state.ts";

export interface TrustAsker {
  readonly hand: HandOf<"trust.observe" | "trust.publish">;
}

export interface Copies {
  /** The CAs under which the hand merges, as far as all of its answers agree. */
  readonly pinned: readonly CaId[] | "unreadable";
  /** One for each bunny that was asked for. */
  readonly copies: ReadonlyMap<string, Store>;
  readonly problems: readonly { readonly name: string; readonly code: string }[];
}

const BATCHES_AT_ONCE = 3;

/** Never throws for a cloud's failure. */
export async function observeThroughHand({ hand }: TrustAsker, bunnies: readonly string[]): Promise<Copies> {
  const batches: string[][] = [];
  for (let first = 0; first < bunnies.length; first += OBSERVE_MAX)
    batches.push(bunnies.slice(first, first + OBSERVE_MAX));
  const answers: Answer[] = [];
  await inParallel(BATCHES_AT_ONCE, batches, async (names) => {
    const answer = await orCloudError(() => hand("trust.observe", { names }));
    answers.push({ names, answer });
  });
  const found = answers.flatMap(({ names, answer }) =>
    names.map((name) => ({ name, ...storeOf(name, answer) })),
  );
  return {
    pinned: pinnedIn(answers),
    copies: new Map(found.map(({ name, store }) => [name, store])),
    problems: found.flatMap(({ name, code }) => (code === null ? [] : [{ name, code }])),
  };
}

interface Answer {
  readonly names: readonly string[];
  readonly answer: Outcome<"trust.observe"> | Refused | CloudError;
}

interface Found {
  readonly store: Store;
  /** Why it could not be read; null when it could. */
  readonly code: string | null;
}

const unreadable = (code: string): Found => ({ store: { kind: "unreadable" }, code });

function storeOf(name: string, answer: Answer["answer"]): Found {
  if (answer instanceof CloudError) return unreadable(answer.code);
  if (answer.outcome === "refused") return unreadable(answer.reason);
  const one = answer.copies.find((copy) => copy.name === name);
  if (one === undefined) return unreadable("not-answered");
  return "problem" in one ? unreadable(one.problem.code) : { store: toStore(one.copy), code: null };
}

function toStore(copy: Copy): Store {
  if (copy.kind !== "published") return copy;
  const { storeVersion, at } = copy;
  try {
    return { kind: "published", storeVersion, at, bundle: parseBundle(copy.bundle) };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return { kind: "malformed", storeVersion };
  }
}

/** An app that is being deployed may answer with its old CAs and with its new ones: what only some name does not count. */
function pinnedIn(answers: readonly Answer[]): Copies["pinned"] {
  const lists: (readonly CaId[])[] = [];
  for (const { answer } of answers) {
    if (answer instanceof CloudError || answer.outcome === "refused") return "unreadable";
    lists.push(answer.pinned);
  }
  const [first, ...others] = lists;
  if (first === undefined) return "unreadable";
  return first.filter((id) => others.every((list) => list.includes(id)));
}

/** Throws `CloudError` when the call failed: then it may have been published all the same. */
export async function publishThroughHand(
  { hand }: TrustAsker,
  { party, bundle, replaces }: PublishStep,
  note?: NoteRequestIds,
): Promise<"published" | Refused> {
  const body = { name: party, bundle: writeBundle(bundle), replaces };
  const answer = await hand("trust.publish", body, note);
  return answer.outcome === "refused" ? answer : "published";
}
