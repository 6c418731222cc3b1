/** Reassembly in front of conntrack (nf_defrag_ipv4, nf_defrag_ipv6). */
import type { Fragments } from '../kernel/fragments.ts';
import { ACCEPT, type BuiltinHook, PRIORITY } from '../kernel/netfilter.ts';

export function defragHooks(fragments: Fragments): readonly BuiltinHook[] {
  return (['prerouting', 'output'] as const).map((hook) => ({
    name: 'defrag',
    families: ['ip', 'ip6'],
    hook,
    priority: PRIORITY.defrag,
    needs: 'conntrack',
    run(packet) {
      if (!packet.transport.fragmented || packet.ct === 'untracked') return ACCEPT;
      return fragments.gather(packet, `conntrack ${hook}`)
        ? ACCEPT
        : { code: 'stolen', reason: 'waits for the other fragments' };
    },
  }));
}
