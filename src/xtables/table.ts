/** All extensions. To add one: import it and put it in its list. */
import type { Descriptor, MatchDescriptor, TargetDescriptor, XtFamily } from './define.ts';
import { comment } from './matches/comment.ts';
import { length } from './matches/length.ts';
import { limit } from './matches/limit.ts';
import { mark } from './matches/mark.ts';
import { tcp } from './matches/tcp.ts';
import { udp } from './matches/udp.ts';
import { log } from './targets/log.ts';
import { mark as markTarget } from './targets/mark.ts';

const MATCHES: readonly MatchDescriptor[] = [comment, length, limit, mark, tcp, udp];

const TARGETS: readonly TargetDescriptor[] = [log, markTarget];

type Index<D> = Map<string, D>;

function finder<D extends Descriptor>(list: readonly D[]) {
  let index: Index<D> | undefined;
  return (name: string, family: XtFamily): D | undefined => {
    if (!index) {
      index = new Map();
      for (const item of list)
        for (const f of item.families ?? (['ip', 'ip6'] as const))
          index.set(`${f} ${item.name}`, item);
    }
    return index.get(`${family} ${name}`);
  };
}

/** The match of that name for the family, as `-m` or the kernel names it. */
export const findMatch = finder(MATCHES);
/** The target of that name for the family. */
export const findTarget = finder(TARGETS);
