/** `ipset help`, in our own words. */

import { findIpsetType } from '../../src/kernel/ipset/types.ts';
import { COMMANDS, type Command, ENVIRONMENT, type EnvironmentWord } from './command.ts';
import { icmpNames } from './icmp.ts';
import { type KeywordName, keyword } from './options.ts';
import { BANNER, PARAMETER_PROBLEM, type Session } from './session.ts';
import { findUserType, USER_TYPES, type UserType } from './types.ts';

const COMMAND_HELP: { readonly [C in Command]: readonly [synopsis: string, about: string] } = {
  create: ['SETNAME TYPENAME [OPTIONS]', 'make a set; the type says which options there are'],
  add: ['SETNAME ENTRY', 'put an entry, or a range of them, into a set'],
  del: ['SETNAME ENTRY', 'take an entry, or a range of them, out of a set'],
  test: ['SETNAME ENTRY', 'say whether an entry is in a set'],
  destroy: ['[SETNAME]', 'remove a set, or all of them, unless a rule or a list uses it'],
  list: ['[SETNAME]', 'show a set, or all, with its entries'],
  save: ['[SETNAME]', 'show a set, or all, as input for restore'],
  restore: ['', 'read commands from standard input or a file, one a line'],
  flush: ['[SETNAME]', 'remove the entries of a set, or of all'],
  rename: ['FROM TO', 'give a set that nothing uses another name'],
  swap: ['FROM TO', 'exchange the contents of two sets of one kind'],
  help: ['[TYPENAME]', 'show this text, or what a set type takes'],
  version: ['', 'show the version'],
  quit: ['', 'end interactive mode, which `ipset -` begins'],
};

const OPTION_HELP: { readonly [O in EnvironmentWord['option']]: string } = {
  output: 'plain, save, xml or json: the format of listings',
  sorted: 'list the entries of hash sets in order',
  quiet: 'say nothing',
  resolve: 'list addresses by name where the hosts file has one',
  exist: 'do not mind what exists already, or is gone already',
  name: 'list names only',
  terse: 'list headers only',
  file: 'read from, or list into, a file',
};

/** What stands where in an entry. */
const PART_HELP = {
  ip: 'IP[/CIDR] or FROM-TO',
  ip2: 'IP[/CIDR]',
  'proto-port': '[PROTO:]PORT[-PORT], icmp:TYPE/CODE or PROTO:0',
  port: '[tcp:|udp:]PORT[-PORT]',
  mac: 'MAC',
  mark: 'MARK',
  iface: '[physdev:]IFACE',
  set: 'SETNAME',
} as const;

function generalHelp(): string {
  let text = `${BANNER}\n\nUsage: ipset [options] COMMAND\n\nCommands:\n`;
  for (const { command, names } of COMMANDS) {
    const [synopsis, about] = COMMAND_HELP[command];
    text += `${names.join(', ')} ${synopsis}\n        ${about}\n`;
  }
  text += '\nOptions:\n';
  for (const { names, option } of ENVIRONMENT)
    text += `${names.join(', ')}\n        ${OPTION_HELP[option]}\n`;
  return text;
}

const optionList = (names: readonly KeywordName[]): string =>
  names
    .map(keyword)
    .map(({ name, takesValue }) => `               [${name}${takesValue ? ' VALUE' : ''}]\n`)
    .join('');

function typeHelp(type: UserType): string {
  const entry = type.parts.map((part) => PART_HELP[part.kind]).join(',');
  let text = `\n${type.name} type specific options:\n\n`;
  text += `create SETNAME ${type.name}\n${optionList(type.create)}`;
  text += `add    SETNAME ${entry}\n${optionList(type.add)}`;
  text += `del    SETNAME ${entry}\n${optionList(type.del)}`;
  text += `test   SETNAME ${entry}\n${optionList(type.test)}`;
  if (type.parts.some((part) => part.kind.endsWith('port'))) {
    text += `\nICMP names: ${icmpNames('ICMP').join(' ')}\n`;
    text += `ICMPv6 names: ${icmpNames('ICMPv6').join(' ')}\n`;
  }
  if (type.family === 'unspec') return `${text}\nType ${type.name} is family neutral.\n`;
  return type.family === 'inet46'
    ? `${text}\nType ${type.name} supports inet and inet6.\n`
    : `${text}\nType ${type.name} supports family inet only.\n`;
}

function typeList(): string {
  const lines = USER_TYPES.map(
    ({ name }) => `    ${name}\t${name.length < 12 ? '\t' : ''}${findIpsetType(name)?.revision}\n`,
  );
  return `\nSupported set types:\n${lines.join('')}`;
}

/** Prints the help, with a type's own when one is named. */
export function printHelp(session: Session, typeName: string | undefined): void {
  const { stdout } = session.call;
  stdout.write(generalHelp());
  if (!session.interactive && session.environment.has('quiet')) return;
  if (typeName === undefined) {
    stdout.write(typeList());
    return;
  }
  const type = findUserType(typeName);
  if (!type) session.fail(PARAMETER_PROBLEM, `Unknown settype: \`${typeName}'`);
  stdout.write(typeHelp(type));
}
