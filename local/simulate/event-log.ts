/** What happened in a life, one line each, and the hash of all of it. */
import { createHash } from "node:crypto";

const BUFFER_CHARACTERS = 65_536;

export class EventLog {
  /** Empty unless lines are kept. */
  readonly lines: string[] = [];
  count = 0;
  readonly #isKept: boolean;
  readonly #hash = createHash("sha256");
  #buffer = "";

  constructor(isKept: boolean) {
    this.#isKept = isKept;
  }

  note(atMs: number, text: string): void {
    const line = `${atMs} ${text}\n`;
    this.count += 1;
    if (this.#isKept) this.lines.push(line.trimEnd());
    this.#buffer += line;
    if (this.#buffer.length > BUFFER_CHARACTERS) this.#flush();
  }

  digest(): string {
    this.#flush();
    return this.#hash.copy().digest("hex");
  }

  #flush(): void {
    this.#hash.update(this.#buffer);
    this.#buffer = "";
  }
}
