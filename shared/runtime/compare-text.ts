/** The order of texts wherever we sort them: by their code units, and so the same on every machine. */
export const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
