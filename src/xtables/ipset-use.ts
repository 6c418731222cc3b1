/** Sets in rules: their names and the ends of the packet their dimensions are about (libxt_set.h). */
import { encodeUtf8 } from '../base/utf8.ts';
import { parameterProblem } from './errors.ts';
import type { OptionCall } from './options.ts';

export interface IpsetUse {
  readonly set: string;
  /** One for each dimension: true for `src`. */
  readonly sources: readonly boolean[];
}

/** IPSET_MAXNAMELEN, with its closing zero. */
const NAME_SIZE = 32;
const DIMENSIONS = 6;

/** The name, then the next word: `src` or `dst` for each dimension. */
export function readIpset(name: string, call: OptionCall, option: string): IpsetUse {
  const ends = call.next() ?? parameterProblem(`${option} requires two args.`);
  if (encodeUtf8(name).length > NAME_SIZE - 1)
    parameterProblem(`setname \`${name}' too long, max ${NAME_SIZE - 1} characters.`);
  const { ipsets } = call.env.lab;
  const record = ipsets.get(name) ?? parameterProblem(`Set ${name} doesn't exist.\n`);
  const other = call.env.family === 'ip' ? 'inet6' : 'inet';
  if (record.family === other)
    parameterProblem(
      `The protocol family of set ${name} is ${other === 'inet' ? 'IPv4' : 'IPv6'}, which is not applicable.\n`,
    );
  return { set: name, sources: readEnds(ends) };
}

function readEnds(text: string): readonly boolean[] {
  const words = text.split(',');
  const sources = words.slice(0, DIMENSIONS).map((word) => {
    if (word !== 'src' && word !== 'dst')
      parameterProblem("You must specify (the comma separated list of) 'src' or 'dst'.");
    return word === 'src';
  });
  if (words.length > DIMENSIONS)
    parameterProblem(`Can't be more src/dst options than ${DIMENSIONS}.`);
  return sources;
}

/** `name src,dst`. */
export function saveIpset({ set, sources }: IpsetUse): string {
  return `${set} ${sources.map((source) => (source ? 'src' : 'dst')).join(',')}`;
}
