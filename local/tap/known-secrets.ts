/**
 * Secrets that no structure gives away, as a private key's does: they are found by their values. Of a text that is
 * too short to be noticed as base64 or hexadecimal the forms are looked for by themselves.
 */
export type SecretKind =
  | "api-key"
  | "pre-shared-key"
  | "slack-token"
  /** What a test has put where a caller or a job may write, to see where it goes. */
  | "canary";

export interface KnownSecret {
  readonly kind: SecretKind;
  /** Whose it is, such as the API key's name in the link: never the value. */
  readonly name: string;
  readonly value: string;
}

export interface LocatedSecret {
  readonly kind: SecretKind;
  readonly name: string;
  readonly offset: number;
}

/** A shorter one would be found in what has nothing to do with it. */
const VALUE_MIN = 16;
/** The oldest are forgotten: by then whatever held them is long scanned. */
const KNOWN_MAX = 1_000;

interface Watched {
  readonly kind: SecretKind;
  readonly name: string;
  /** As it may stand in text, latin1; the value itself first. */
  readonly forms: readonly string[];
}

export class KnownSecrets {
  /** By kind, name and value. */
  readonly #watched = new Map<string, Watched>();

  add({ kind, name, value }: KnownSecret): void {
    const key = JSON.stringify([kind, name, value]);
    if (value.length < VALUE_MIN || this.#watched.has(key)) return;
    const [oldest] = this.#watched.keys();
    if (this.#watched.size >= KNOWN_MAX && oldest !== undefined) this.#watched.delete(oldest);
    this.#watched.set(key, { kind, name, forms: formsOf(value) });
  }

  /** One finding for each secret, where it stands first. Never the value. */
  locate(bytes: Buffer): LocatedSecret[] {
    if (this.#watched.size === 0 || bytes.length < VALUE_MIN) return [];
    const text = bytes.toString("latin1");
    return [...this.#watched.values()].flatMap(({ kind, name, forms }) => {
      const at = forms.map((form) => text.indexOf(form)).filter((found) => found >= 0);
      return at.length === 0 ? [] : [{ kind, name, offset: Math.min(...at) }];
    });
  }
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const escaped = JSON.stringify(value).slice(1, -1);
  const hex = bytes.toString("hex");
  const xml = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const forms = [escaped, JSON.stringify(escaped).slice(1, -1), encodeURIComponent(value), xml];
  const base64 = [0, 1, 2].map((shift) => base64Within(bytes, shift));
  const base64url = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([bytes.toString("latin1"), ...forms, hex, hex.toUpperCase(), ...base64, ...base64url])];
}

/** The digits that stand for nothing but these bytes, after so many others (modulo 3). */
function base64Within(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
  return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}
