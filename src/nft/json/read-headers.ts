/** Extension headers and options of JSON as words. */
import { NotEmulated } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import {
  type Exthdr,
  ipOptions,
  ipv6Headers,
  sctpChunks,
  tcpOptions,
} from '../protocols/exthdrs.ts';
import { only, optionalText, type Words } from './read-words.ts';

function named(
  what: string,
  headers: readonly Exthdr[],
  exists: string,
  field: string,
): (w: Words, json: Json) => string {
  return (w, json) => {
    const members = w.object(json);
    only(members, what, ['name', 'field']);
    const name = w.text(members, 'name');
    const own = optionalText(members, 'field');
    const known = headers.filter(
      (h) => h.name === (name === 'sack-perm' ? 'sack-permitted' : name) || h.name === name,
    );
    if (
      known.length === 0 ||
      (own !== undefined && !known.some((h) => h.fields.some((f) => f.name === own)))
    )
      throw new NotEmulated(`such a ${what} in nft JSON input`);
    return own === undefined ? `${exists} ${name}` : `${field} ${name} ${own}`;
  };
}

export const exthdrs: readonly (readonly [string, (w: Words, json: Json) => string])[] = [
  ['exthdr', named('exthdr', ipv6Headers, 'exthdr', '')],
  ['tcp option', named('tcp option', tcpOptions, 'tcp option', 'tcp option')],
  ['ip option', named('ip option', ipOptions, 'ip option', 'ip option')],
  ['sctp chunk', named('sctp chunk', sctpChunks, 'sctp chunk', 'sctp chunk')],
];
