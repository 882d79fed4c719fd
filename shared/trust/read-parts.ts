/** The parts that a look at the trust is made of. None of them throws for a cloud's failure. */
import { OBSERVE_MAX } from "../azure-api/contract.ts";
import { RELAY } from "../certificates/desired.ts";
import type { Standing } from "../certificates/journal.ts";
import type { DesiredCertificate } from "../certificates/plan.ts";
import type { CertificateVersion, Intent, Serial } from "../certificates/schema.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { inParallel } from "../runtime/in-parallel.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Traces } from "./leaves.ts";
import type { Publisher } from "./publisher.ts";
import type { CaId } from "./schema.ts";
import type { ObservedTrust } from "./state.ts";

export type Note = (name: string, code: string) => void;

/** Of the journal's partitions and of vaults. */
const AT_ONCE_MAX = 8;
/** Longer than any clock is slow. */
const ENDED_SECONDS = 3_600;

/** A CA that was never activated, or is no more, signs nothing; of one that does not answer nobody knows. */
export async function readSigns(
  { cas, authorityOf }: Publisher,
  now: Instant,
  note: Note,
): Promise<ObservedTrust["signs"]> {
  const signs = new Map<CaId, "yes" | "no" | "cannot-tell">();
  await inParallel(AT_ONCE_MAX, cas, async ({ role, facts: { id } }) => {
    const authority = authorityOf(id);
    const seen = authority === undefined ? null : await orCloudError(() => authority.observe());
    if (seen instanceof CloudError) note(role, seen.code);
    if (seen === null || seen instanceof CloudError)
      signs.set(id, seen?.code.startsWith("ca-") === true ? "no" : "cannot-tell");
    else signs.set(id, seen.active && seen.notAfter > now ? "yes" : "no");
  });
  return signs;
}

/** What relay serves is known only once its log was read. Null when of one certificate not all could be read. */
export async function readTraces(
  publisher: Publisher,
  { seen }: Standing,
  certificates: readonly DesiredCertificate[],
  now: Instant,
  note: Note,
): Promise<((served: readonly Serial[]) => Traces[]) | null> {
  const [intents, versions] = await Promise.all([
    readIntents(publisher, certificates, now, note),
    readVersions(publisher, certificates, note),
  ]);
  if (intents === null || versions === null) return null;
  return (served) =>
    certificates.map((desired) => ({
      desired,
      intents: intents.get(desired.name) ?? [],
      current: versions.get(desired.name) ?? null,
      served: desired.holder === RELAY ? served : [],
      seen: seen.find(({ certificate }) => certificate === desired.name) ?? null,
    }));
}

/** Those whose leaves may not have ended. */
async function readIntents(
  { journal }: Publisher,
  certificates: readonly DesiredCertificate[],
  now: Instant,
  note: Note,
): Promise<ReadonlyMap<string, readonly Intent[]> | null> {
  const all = new Map<string, readonly Intent[]>();
  await inParallel(AT_ONCE_MAX, certificates, async ({ name }) => {
    const intents = await orCloudError(() => journal.readIntents(name));
    if (intents instanceof CloudError) return note(name, intents.code);
    all.set(
      name,
      intents.filter(({ notAfter }) => notAfter > now - ENDED_SECONDS),
    );
  });
  return all.size === certificates.length ? all : null;
}

type Versions = Map<string, CertificateVersion | null>;

/** What is current in the bunnies' vaults. */
async function readVersions(
  publisher: Publisher,
  certificates: readonly DesiredCertificate[],
  note: Note,
): Promise<Versions | null> {
  const held = certificates.filter(({ holder }) => holder !== RELAY);
  const byHolder = [...Map.groupBy(held, ({ holder }) => holder).values()];
  const batches = byHolder.flatMap((some) => inBatches(some.map(({ name }) => name)));
  const versions: Versions = new Map();
  await inParallel(AT_ONCE_MAX, batches, (names) => readBatch(publisher, names, versions, note));
  return versions.size === held.length ? versions : null;
}

const inBatches = (names: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(names.length / OBSERVE_MAX) }, (_, at) =>
    names.slice(at * OBSERVE_MAX, (at + 1) * OBSERVE_MAX),
  );

async function readBatch(
  { hand }: Publisher,
  names: string[],
  versions: Versions,
  note: Note,
): Promise<void> {
  const answer = await orCloudError(() => hand("certificates.observe", { names }));
  if (answer instanceof CloudError || answer.outcome === "refused") {
    const code = answer instanceof CloudError ? answer.code : answer.reason;
    for (const name of names) note(name, code);
    return;
  }
  const byName = new Map(answer.certificates.map((one) => [one.name, one]));
  for (const name of names) {
    const one = byName.get(name);
    if (one !== undefined && "current" in one) versions.set(name, one.current);
    else note(name, one?.problem.code ?? "not-answered");
  }
}
