/** The filters of one kind that log groups have: so many in a group at most, told apart by their names. */
import { limitExceeded, notFound } from "../log-refusals.ts";

interface NamedFilter {
  readonly filterName: string;
  readonly logGroupName: string;
}

export class FilterShelf<Filter extends NamedFilter> {
  readonly #what: string;
  readonly #max: number;
  readonly #groups = new Map<string, Map<string, Filter>>();

  /** `what` they are called in a refusal. */
  constructor(what: string, max: number) {
    this.#what = what;
    this.#max = max;
  }

  /** Takes the place of one with the same name. Throws `Refusal` LimitExceededException. */
  put(filter: Filter): void {
    const { logGroupName, filterName } = filter;
    const mine = this.#groups.get(logGroupName) ?? new Map<string, Filter>();
    if (!mine.has(filterName) && mine.size >= this.#max) throw limitExceeded();
    this.#groups.set(logGroupName, mine.set(filterName, filter));
  }

  /** Throws `Refusal` ResourceNotFoundException. */
  delete({ logGroupName, filterName }: NamedFilter): void {
    const wasThere = this.#groups.get(logGroupName)?.delete(filterName);
    if (wasThere !== true) throw notFound(this.#what);
  }

  find({ logGroupName, filterName }: NamedFilter): Filter | undefined {
    return this.#groups.get(logGroupName)?.get(filterName);
  }

  /** Sorted by name, as ASCII is. */
  of(logGroupName: string): readonly Filter[] {
    const mine = [...(this.#groups.get(logGroupName)?.values() ?? [])];
    return mine.toSorted((a, b) => (a.filterName < b.filterName ? -1 : 1));
  }
}
