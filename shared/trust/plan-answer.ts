/** What a person is told of the trust: what is published, who has loaded it, and where a change of CA stands. */
import { X509Certificate } from "node:crypto";
import { splitPem } from "../certificates/pem.ts";
import { linkDigest } from "../link/load.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Problem } from "./observe.ts";
import { planOf } from "./publish-trust.ts";
import type { Publisher } from "./publisher.ts";
import type { Authority, TrustBundle } from "./schema.ts";
import { headOf } from "./state.ts";
import { sayHold, sayRollover, sayTrouble, shortId } from "./words-of.ts";

export interface TrustAnswer {
  readonly link: string;
  readonly linkDigest: string;
  readonly at: Instant;
  readonly frozen: boolean;
  readonly trust: {
    /** Of relay's bundle; null when there is none, or none that can be read. */
    readonly version: string | null;
    readonly authorities: readonly {
      readonly id: string;
      readonly subject: string;
      readonly notAfter: Instant;
      readonly isIssuing: boolean;
      readonly state: "open" | "closed" | "not-published";
    }[];
    readonly revoked: number;
    readonly rollover: string;
    readonly loaded: readonly {
      readonly party: string;
      readonly state: string;
      readonly replicas: readonly string[];
    }[];
    /** What would be published now, and where. */
    readonly steps: readonly string[];
    readonly troubles: readonly string[];
  };
  readonly problems: readonly Problem[];
  /** A plan is never in trouble: what it found is its answer. */
  readonly trouble: readonly [];
}

/** Nothing is written, told or published. Throws `CloudError` as a run does. */
export async function answerPlan(publisher: Publisher): Promise<TrustAnswer> {
  const { link, clock } = publisher;
  const now = clock();
  const { standing, look, plan } = await planOf(publisher, now);
  const head = headOf(look.observed);
  return {
    link: link.name,
    linkDigest: linkDigest(link),
    at: now,
    frozen: standing.freeze.frozen,
    trust: {
      version: head?.version ?? null,
      authorities: authoritiesOf(publisher, head),
      revoked: head?.revoked.length ?? 0,
      rollover: sayRollover(plan.rollover),
      loaded: [...plan.loaded].map(([party, loading]) =>
        loading.kind === "loaded"
          ? { party, state: loading.kind, replicas: [] }
          : { party, state: loading.reason, replicas: loading.replicas },
      ),
      steps: plan.steps.map(({ kind, party, bundle }) => `${kind} ${party} ${bundle.version}`),
      troubles: [...(plan.hold === null ? [] : [sayHold(plan.hold)]), ...plan.troubles.map(sayTrouble)],
    },
    problems: look.problems,
    trouble: [],
  };
}

function authoritiesOf({ cas }: Publisher, head: TrustBundle | null): TrustAnswer["trust"]["authorities"] {
  const published = head?.authorities ?? [];
  const others = cas.filter(({ facts }) => !published.some(({ id }) => id === facts.id));
  const stateOf = ({ closedAt }: Authority) => (closedAt === null ? ("open" as const) : ("closed" as const));
  // Certificates are issued from the next one as soon as there is one, and it may be used.
  const issuing = cas.find(({ role }) => role === "next") ?? cas.find(({ role }) => role === "issuing");
  return [
    ...published.map((ca) => ({ ...ca, state: stateOf(ca) })),
    ...others.map(({ facts }) => ({ ...facts, state: "not-published" as const })),
  ].map(({ id, notAfter, pem, state }) => ({
    id: shortId(id),
    subject: subjectOf(pem),
    notAfter,
    isIssuing: id === issuing?.facts.id,
    state,
  }));
}

function subjectOf(pem: string): string {
  const [issuing] = splitPem(pem);
  return issuing === undefined ? "" : new X509Certificate(issuing).subject.replaceAll("\n", ", ");
}
