/** From words to requests: the element of add, del and test, and the options of all commands that take some. */
import type { CreateRequest, ElementRequest } from '../../src/kernel/ipset/request.ts';
import { splitAt } from './addresses.ts';
import { type Keyword, type KeywordName, keyword } from './options.ts';
import { PARAMETER_PROBLEM, type Session } from './session.ts';
import type { Allowance, UserType } from './types.ts';

/** Splits an element at its commas, and says so when there are too few or too many. */
function splitElement(session: Session, type: UserType, text: string): readonly string[] {
  const { name, parts, lastOptional } = type;
  const first = splitAt(text, ',');
  if (parts.length === 1) {
    if (!first || name === 'list:set') return [text];
    throw session.error(
      `Syntax error: Elem separator in ${text}, but settype ${name} supports none.`,
    );
  }
  if (!first) {
    if (lastOptional) return [text];
    throw session.error(`Syntax error: Second element is missing from ${text}.`);
  }
  const second = splitAt(first[1], ',');
  if (parts.length === 2) {
    if (!second) return first;
    throw session.error(
      `Syntax error: Two elem separators in ${text}, but settype ${name} supports one.`,
    );
  }
  if (!second) throw session.error(`Syntax error: Third element is missing from ${text}.`);
  if (splitAt(second[1], ','))
    throw session.error(
      `Syntax error: Three elem separators in ${text}, but settype ${name} supports two.`,
    );
  return [first[0], ...second];
}

/** Reads an element into the session's data. */
export function parseElement(session: Session, type: UserType, text: string): void {
  const words = splitElement(session, type, text);
  for (const [at, part] of type.parts.entries()) {
    const word = words[at];
    if (word !== undefined) part.parse(session, word);
  }
}

/** Two leading dashes do not count. */
function matches(word: string, { name }: Keyword): boolean {
  return word === name || (word.startsWith('--') && word.slice(2) === name);
}

/** Reads one option; given twice it is an error, unless what stood there was only a default. */
function parseOption(session: Session, option: Keyword, text: string): void {
  const { values, ignored } = session.data;
  const given =
    option.option in values && values[option.option as keyof typeof values] !== undefined;
  if (given && !(option.option === 'family' && ignored.has('family')))
    throw session.error(`Syntax error: ${option.name} already specified`);
  option.parse(session, text);
}

/** Reads options: only `family`, or all others. Unknown ones are found in either pass. */
export function parseOptions(
  session: Session,
  allowed: readonly KeywordName[],
  words: readonly string[],
  pass: 'family' | 'others',
): void {
  const options = allowed.map(keyword);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const option = options.find((known) => matches(word, known));
    if (!option) session.fail(PARAMETER_PROBLEM, `Unknown argument: \`${word}'`);
    let text = word;
    if (option.takesValue) {
      const value = words[++i];
      if (value === undefined)
        session.fail(PARAMETER_PROBLEM, `Missing mandatory argument of option \`${option.name}'`);
      text = value;
    }
    if ((option.option === 'family') === (pass === 'family')) parseOption(session, option, text);
  }
}

/** Refuses a `create` without what its type cannot do without. A prefix length stands for the end of a range. */
export function checkMandatory(session: Session, type: UserType): void {
  const { data } = session;
  const missing = (option: string): boolean =>
    type.needs.some((need) => need === option) &&
    !type.needs.some((need) => need === option && data.has(need)) &&
    !(option === 'ipTo' && data.has('cidr'));
  const option = type.create.map(keyword).find((known) => missing(known.option));
  if (option) session.fail(PARAMETER_PROBLEM, `Mandatory option \`${option.name}' is missing`);
}

const NOT_ALLOWED: { readonly [A in Exclude<Allowance, 'cidr2'>]: string } = {
  ipTo: 'FROM-TO IP range',
  cidr: 'IP/CIDR range',
  portTo: 'FROM-TO port range',
};

/** Refuses an element of a kind the command does not take with this type. */
export function checkAllowed(
  session: Session,
  type: UserType,
  command: 'create' | 'add' | 'del' | 'test',
): void {
  const { data } = session;
  const slot = command === 'add' || command === 'del' ? 'change' : command;
  const allowed = type.allows[slot];
  for (const value of ['ipTo', 'cidr', 'portTo'] as const) {
    if (!data.has(value) || allowed.includes(value)) continue;
    session.fail(
      1,
      `${NOT_ALLOWED[value]} is not allowed in command ${command} with set type ${type.name} ` +
        `and family ${data.values.family ?? 'unspec'}`,
    );
  }
  // The real tool has no words for this one, only a number.
  if (command !== 'create' && data.has('cidr2') && !allowed.includes('cidr2'))
    session.fail(
      1,
      "There are not allowed options (28) but can't resolve them. It's a bug, please report the problem.",
    );
}

/** What was read, as a request to the kernel. */
export function elementRequest({ data }: Session): ElementRequest {
  const { values, flags } = data;
  return {
    ...values,
    physdev: flags.has('physdev'),
    wildcard: flags.has('wildcard'),
    nomatch: flags.has('nomatch'),
    before: flags.has('before'),
  };
}

/** What was read, as a request to make a set. */
export function createRequest({ data }: Session, name: string, type: UserType): CreateRequest {
  const { values, flags } = data;
  return {
    ...values,
    name,
    type: type.name,
    family: values.family ?? 'unspec',
    counters: flags.has('counters'),
    comment: flags.has('create-comment'),
    skbinfo: flags.has('skbinfo'),
    forceadd: flags.has('forceadd'),
  };
}
