/**
 * The rule of a composite alarm: states of other alarms, combined.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
import { AlarmRuleError } from "./alarm-rule-error.ts";
import type { AlarmState } from "./evaluate.ts";

export interface AlarmRule {
  /** The alarms that it names, by name or ARN, each once. */
  readonly alarms: readonly string[];
  /** Throws `AlarmRuleError` for an alarm that is not there. */
  readonly holds: (stateOf: (alarm: string) => AlarmState) => boolean;
}

type Term = (stateOf: (alarm: string) => AlarmState) => boolean;

const lengthMax = 10_240;
const alarmsMax = 100;
const elementsMax = 500;

/** A quoted name, a parenthesis, or a word: names may hold anything but quotes, parentheses and blanks. */
const TOKEN = /"[^"]*"|[()]|[^\s()"]+/y;

/** Throws `AlarmRuleError` for a rule that the service refuses. */
export function parseAlarmRule(text: string): AlarmRule {
  if (text.length < 1 || text.length > lengthMax)
    throw new AlarmRuleError(`a rule has 1 to ${lengthMax} characters`);
  const parser = new Parser(tokensOf(text));
  const holds = parser.parse();
  const alarms = [...parser.alarms];
  if (alarms.length > alarmsMax) throw new AlarmRuleError(`a rule names at most ${alarmsMax} alarms`);
  return { alarms, holds };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const rest = text.trimEnd();
  for (let at = 0; at < rest.length; at = pattern.lastIndex) {
    pattern.lastIndex = at + (/^\s*/.exec(rest.slice(at))?.[0].length ?? 0);
    const token = pattern.exec(rest)?.[0];
    if (token === undefined) throw new AlarmRuleError(`cannot be read from here: ${rest.slice(at)}`);
    tokens.push(token);
  }
  return tokens;
}

const STATES: Readonly<Record<string, AlarmState>> = {
  ALARM: "ALARM",
  OK: "OK",
  INSUFFICIENT_DATA: "INSUFFICIENT_DATA",
};

/** OR binds least, then AND, then NOT. */
class Parser {
  readonly alarms = new Set<string>();
  readonly #tokens: readonly string[];
  #at = 0;
  #elements = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  parse(): Term {
    const term = this.#any();
    if (this.#at < this.#tokens.length) throw new AlarmRuleError(`nothing joins ${this.#tokens[this.#at]}`);
    return term;
  }

  #any(): Term {
    const terms = [this.#all()];
    while (this.#take("OR")) terms.push(this.#all());
    return (stateOf) => terms.some((term) => term(stateOf));
  }

  #all(): Term {
    const terms = [this.#one()];
    while (this.#take("AND")) terms.push(this.#one());
    return (stateOf) => terms.every((term) => term(stateOf));
  }

  #one(): Term {
    this.#elements += 1;
    if (this.#elements > elementsMax) throw new AlarmRuleError(`a rule has at most ${elementsMax} elements`);
    if (this.#take("NOT")) {
      const term = this.#one();
      return (stateOf) => !term(stateOf);
    }
    if (this.#take("(")) {
      const term = this.#any();
      this.#demand(")");
      return term;
    }
    return this.#stateOrConstant();
  }

  #stateOrConstant(): Term {
    const word = this.#next();
    if (word === "TRUE") return () => true;
    if (word === "FALSE") return () => false;
    const wanted = STATES[word];
    if (wanted === undefined) throw new AlarmRuleError(`${word} is no state of an alarm, nor an operator`);
    this.#demand("(");
    const alarm = this.#next().replace(/^"(.*)"$/, "$1");
    if (/^[()]?$/.test(alarm)) throw new AlarmRuleError(`${word} names no alarm`);
    this.#demand(")");
    this.alarms.add(alarm);
    return (stateOf) => stateOf(alarm) === wanted;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #demand(token: string): void {
    if (!this.#take(token)) throw new AlarmRuleError(`${token} is missing`);
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new AlarmRuleError("the rule breaks off");
    this.#at += 1;
    return token;
  }
}
