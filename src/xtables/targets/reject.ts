import type { EvalContext } from '../../kernel/nftables/context.ts';
import { rejectReset, rejectUnreachable } from '../../kernel/reject.ts';
import { defineTarget, type Place, type XtFamily } from '../define.ts';
import { parameterProblem } from '../errors.ts';
import type { OptionCall } from '../options.ts';

interface RejectInfo {
  /** The full name of the kind. */
  readonly with: string;
}

interface Kind {
  readonly name: string;
  readonly short: string;
  /** ICMP code; undefined for a TCP reset. */
  readonly code?: number;
  /** nft's name. */
  readonly nft: string;
}

const RESET = 'tcp-reset';

const IPV4: readonly Kind[] = [
  { name: 'icmp-net-unreachable', short: 'net-unreach', code: 0, nft: 'net-unreachable' },
  { name: 'icmp-host-unreachable', short: 'host-unreach', code: 1, nft: 'host-unreachable' },
  { name: 'icmp-proto-unreachable', short: 'proto-unreach', code: 2, nft: 'prot-unreachable' },
  { name: 'icmp-port-unreachable', short: 'port-unreach', code: 3, nft: 'port-unreachable' },
  { name: 'icmp-net-prohibited', short: 'net-prohib', code: 9, nft: 'net-prohibited' },
  { name: 'icmp-host-prohibited', short: 'host-prohib', code: 10, nft: 'host-prohibited' },
  { name: RESET, short: 'tcp-rst', nft: '' },
  { name: 'icmp-admin-prohibited', short: 'admin-prohib', code: 13, nft: 'admin-prohibited' },
];

const IPV6: readonly Kind[] = [
  { name: 'icmp6-no-route', short: 'no-route', code: 0, nft: 'no-route' },
  { name: 'icmp6-adm-prohibited', short: 'adm-prohibited', code: 1, nft: 'admin-prohibited' },
  { name: 'icmp6-addr-unreachable', short: 'addr-unreach', code: 3, nft: 'addr-unreachable' },
  { name: 'icmp6-port-unreachable', short: 'port-unreach', code: 4, nft: 'port-unreachable' },
  { name: RESET, short: RESET, nft: '' },
  { name: 'icmp6-policy-fail', short: 'policy-fail', code: 5, nft: 'policy-fail' },
  { name: 'icmp6-reject-route', short: 'reject-route', code: 6, nft: 'reject-route' },
];

/** The first kind of which the text is the beginning of a name, whatever the case of its letters. */
function readKind(kinds: readonly Kind[], text: string, call: OptionCall): string {
  const wanted = text.toLowerCase();
  const found = kinds.find(
    ({ name, short }) => name.startsWith(wanted) || short.startsWith(wanted),
  );
  if (found) return found.name;
  if (call.env.family === 'ip' && wanted === 'echo-reply')
    call.env.warn('--reject-with echo-reply no longer supported\n');
  return parameterProblem(`unknown reject type "${text}"`);
}

function kindOf(kinds: readonly Kind[], info: RejectInfo): Kind {
  const kind = kinds.find(({ name }) => name === info.with);
  if (!kind) throw new Error(`REJECT with "${info.with}"`);
  return kind;
}

function defineReject(family: XtFamily, kinds: readonly Kind[], usual: string, icmp: string) {
  return defineTarget({
    name: 'REJECT',
    families: [family],
    options: {
      'reject-with': {
        type: 'string',
        read: (text: string, call: OptionCall) => readKind(kinds, text, call),
      },
    },
    help: `--reject-with KIND  what the sender is told (${usual}): ${kinds.map((k) => k.name).join(', ')}`,
    parse: (options): RejectInfo => ({ with: options['reject-with']?.value ?? usual }),
    print: (info) => `reject-with ${info.with}`,
    save: (info) => `--reject-with ${info.with}`,
    translate(info) {
      if (info.with === usual) return 'reject';
      if (info.with === RESET) return 'reject with tcp reset';
      return `reject with ${icmp} type ${kindOf(kinds, info).nft}`;
    },
    demands: { tables: ['filter'], hooks: ['input', 'forward', 'output'] },
    refuse: (info, { proto, protoInvert }: Place) =>
      info.with === RESET && (proto !== 6 || protoInvert) ? 'EINVAL' : undefined,
    apply(info, { packet, env, conntrack }: EvalContext) {
      const { code } = kindOf(kinds, info);
      if (code === undefined) rejectReset(packet, env, conntrack);
      else rejectUnreachable(packet, code, env);
      return { code: 'drop' };
    },
  });
}

export const reject = defineReject('ip', IPV4, 'icmp-port-unreachable', 'icmp');
export const reject6 = defineReject('ip6', IPV6, 'icmp6-port-unreachable', 'icmpv6');
