/** iproute2's `ip`: options, then an object. */
import { NotEmulated } from '../../src/base/errors.ts';
import { labRng } from '../../src/lab/rng.ts';
import type { Tool } from '../tool.ts';
import { address } from './address.ts';
import { fail, matchWord, Words } from './arguments.ts';
import { link, tuntap } from './link.ts';
import { route } from './route.ts';
import { rule } from './rule.ts';
import type { Display, IpSession } from './session.ts';

const VERSION = 'ip utility, iproute2-6.15.0, libbpf 1.5.0\n';

interface Line {
  readonly display: Display;
  readonly rest: readonly string[];
  readonly version: boolean;
}

function readOptions(argv: readonly string[]): Line {
  let family: Display['family'];
  let oneLine = false;
  let brief = false;
  let at = 0;
  for (; argv[at]?.startsWith('-'); at++) {
    const word = (argv[at] ?? '').replace(/^--?/, '');
    if (word === '4') family = 'ip';
    else if (word === '6') family = 'ip6';
    else if (word === 'V' || word === 'Version')
      return { display: { family, oneLine, brief }, rest: [], version: true };
    else if (word === 'o' || word === 'oneline') oneLine = true;
    else if (word === 'br' || word === 'brief') brief = true;
    else if (word === 'f' || word === 'family') {
      const name = argv[++at];
      if (name !== 'inet' && name !== 'inet6') throw new NotEmulated(`ip -f ${name}`);
      family = name === 'inet' ? 'ip' : 'ip6';
    } else if (word !== 'n' && !/^c(o|ol|olo|olor)?(=never)?$/.test(word)) {
      throw new NotEmulated(`ip ${argv[at]}`);
    }
  }
  return { display: { family, oneLine, brief }, rest: argv.slice(at), version: false };
}

type IpObject = (session: IpSession, words: Words) => void;

/** In the order abbreviations are tried. */
const OBJECTS: readonly (readonly [string, IpObject | undefined])[] = [
  ['address', address],
  ['addrlabel', undefined],
  ['route', route],
  ['rule', rule],
  ['neighbor', undefined],
  ['neighbour', undefined],
  ['link', link],
  ['l2tp', undefined],
  ['tunnel', undefined],
  ['tuntap', tuntap],
  ['netns', undefined],
  ['monitor', undefined],
  ['nexthop', undefined],
  ['maddress', undefined],
  ['mroute', undefined],
  ['xfrm', undefined],
  ['vrf', undefined],
  ['help', undefined],
];

export const ip: Tool = ({ argv, store, stdout }) => {
  const { display, rest, version } = readOptions(argv);
  if (version) {
    stdout.write(VERSION);
    return 0;
  }
  const [name, ...words] = rest;
  if (name === undefined) throw new NotEmulated('ip without an object');
  const known = matchWord(
    name,
    OBJECTS.map(([object]) => object),
  );
  if (known === undefined) fail(`Object "${name}" is unknown, try "ip help".`, 1);
  const run = OBJECTS.find(([object]) => object === known)?.[1];
  if (!run) throw new NotEmulated(`ip ${known}`);
  // What was printed before an error stays; what was changed does not.
  store.transact((lab) => {
    const rng = labRng(lab);
    run(
      { ...display, lab, random: () => rng.u32(), print: (text) => stdout.write(text) },
      new Words(words),
    );
  });
  return 0;
};
