/**
 * Networks of both families. Two texts of one network have one canonical text: no host bits, IPv6 in the short
 * lower-case form of RFC 5952, so whoever compares canonical texts compares networks.
 */

/** The addresses of a network: from `first` up to, and without, `end`. IPv6 takes bigint; the two never meet. */
export class Network {
  readonly family: "ipv4" | "ipv6";
  readonly prefix: number;
  readonly first: number | bigint;
  readonly end: number | bigint;

  constructor(family: "ipv4" | "ipv6", prefix: number, first: number | bigint, end: number | bigint) {
    this.family = family;
    this.prefix = prefix;
    this.first = first;
    this.end = end;
  }

  /** Canonical. Made when it is asked for: a plan needs the addresses of thousands, and the texts of few. */
  get text(): string {
    const address = typeof this.first === "bigint" ? formatIpv6(this.first) : formatIpv4(this.first);
    return `${address}/${this.prefix}`;
  }
}

/** A network, or one address, in any spelling; null when the text is neither. */
export function parseNetwork(text: string): Network | null {
  const [address = "", length, ...more] = text.split("/");
  // No leading zeros, neither here nor in an octet: some read them as octal.
  if (more.length > 0 || (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length))) return null;
  const ipv4 = ipv4Of(address);
  if (ipv4 !== null) return ipv4Network(ipv4, length === undefined ? 32 : Number(length));
  const ipv6 = ipv6Of(address);
  return ipv6 === null ? null : ipv6Network(ipv6, length === undefined ? 128 : Number(length));
}

function ipv4Network(address: number, prefix: number): Network | null {
  if (prefix > 32) return null;
  // Arithmetic, not bit operators: those are signed in JavaScript.
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  return new Network("ipv4", prefix, first, first + size);
}

function ipv6Network(address: bigint, prefix: number): Network | null {
  if (prefix > 128) return null;
  const size = 1n << BigInt(128 - prefix);
  const first = address - (address % size);
  return new Network("ipv6", prefix, first, first + size);
}

const OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

function ipv4Of(text: string): number | null {
  const [, a, b, c, d] = IPV4.exec(text) ?? [];
  if (a === undefined) return null;
  return ((Number(a) * 256 + Number(b)) * 256 + Number(c)) * 256 + Number(d);
}

function ipv6Of(text: string): bigint | null {
  const halves = withoutDotted(text)?.split("::") ?? [];
  if (halves.length === 0 || halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  // "::" stands for one group at least.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array<string>(missing).fill("0"), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

/** RFC 4291 allows the last two groups as an IPv4 address. */
function withoutDotted(text: string): string | null {
  const [, head, dotted] = /^(.*:)([^:]*\..*)$/.exec(text) ?? [];
  if (head === undefined || dotted === undefined) return text;
  const address = ipv4Of(dotted);
  if (address === null) return null;
  return `${head}${Math.floor(address / 65_536).toString(16)}:${(address % 65_536).toString(16)}`;
}

const formatIpv4 = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

/** RFC 5952: no leading zeros, the longest run of two zero groups or more is left out, the first of equal ones. */
function formatIpv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const runs = groups.map((_, start) => groups.slice(start).findIndex((group) => group !== "0"));
  const lengths = runs.map((run, start) => (run === -1 ? 8 - start : run));
  const longest = Math.max(...lengths);
  if (longest < 2) return groups.join(":");
  const start = lengths.indexOf(longest);
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + longest).join(":")}`;
}
