/** The text of -h. */
import { VERSION } from './errors.ts';
import type { ProtocolHandler } from './protocols.ts';

const TEXT = `conntrack ${VERSION}, emulated by nflab: shows and changes the connections a lab tracks.
Usage: conntrack COMMAND [table] [options]

Commands
  -L, --dump       list entries               -G, --get      show one entry
  -D, --delete     remove entries             -I, --create   make an entry
  -A, --add        make or change an entry    -U, --update   change entries
  -F, --flush      remove all entries         -E, --event    follow changes
  -C, --count      number of entries          -S, --stats    statistics
  -R, --load-file FILE   run the commands of a file, - for standard input
Tables
  conntrack (unless another is named), expect, dying, unconfirmed

Which entries, and what they are like
  -s, --src, -d, --dst ADDRESS[/BITS]   addresses of the original direction
  --mask-src, --mask-dst MASK           masks for these
  -r, --reply-src, -q, --reply-dst ADDRESS
  -p, --protonum PROTOCOL               its own options: conntrack -h -p PROTOCOL
  -f, --family ipv4|ipv6
  -t, --timeout SECONDS    -u, --status BIT[,BIT]   -m, --mark VALUE[/MASK]
  -n, --src-nat [ADDRESS[:PORT]]   -g, --dst-nat ...   -j, --any-nat ...
  -w, --zone, --orig-zone, --reply-zone ID
  -i, --id ID              -l, --label NAME         --label-add, --label-del NAME
  --tuple-src, --tuple-dst ADDRESS      of an expectation
Output
  -o, --output xml|extended|timestamp|ktimestamp|id|labels|save[,...]
  -e, --event-mask ALL|NEW|UPDATES|DESTROY[,...]
  -z, --zero               set counters to zero after listing
`;

/** What -h prints, with the options of a protocol when one is named. */
export function helpText(
  protocol: { readonly number: number; readonly handler: ProtocolHandler | undefined } | undefined,
): string {
  if (!protocol) return TEXT;
  const { handler } = protocol;
  if (!handler) return `${TEXT}\nProtocol ${protocol.number} has no options of its own.\n`;
  const lines = handler.options.map(
    ({ names, field }) => `  --${names.join(', --')}  (${field})\n`,
  );
  return `${TEXT}\nOptions of ${handler.name}\n${lines.join('')}`;
}
