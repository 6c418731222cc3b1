/** The order of listings (libipvs): comparisons that wrap, and a merge sort, which shows where they are not transitive. */
import { readUint } from '../../src/base/bytes.ts';
import { IPVS_PROTOCOL } from '../../src/kernel/ipvs/keys.ts';
import type { IpvsDestination, IpvsService } from '../../src/kernel/ipvs/model.ts';

/** The difference of two unsigned 32-bit numbers as a signed one. */
const wrapped = (a: number, b: number): number => (a - b) | 0;

const word = (address: Uint8Array, i: number): number =>
  4 * i < address.length ? readUint(address, 4 * i, 4) : 0;

/** Word by word, as many words as the first address has. */
function compareAddresses(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length / 4; i++) {
    const d = wrapped(word(a, i), word(b, i));
    if (d !== 0) return d;
  }
  return 0;
}

const markOf = ({ id }: IpvsService): number => ('fwmark' in id ? id.fwmark : 0);

export function compareServices(a: IpvsService, b: IpvsService): number {
  const mark = wrapped(markOf(a), markOf(b));
  if (mark !== 0) return mark;
  if (a.id.family !== b.id.family) return a.id.family === 'ip' ? -1 : 1;
  if ('fwmark' in a.id || 'fwmark' in b.id) return 0;
  return (
    IPVS_PROTOCOL[a.id.protocol] - IPVS_PROTOCOL[b.id.protocol] ||
    compareAddresses(a.id.address, b.id.address) ||
    a.id.port - b.id.port
  );
}

export const compareDestinations = (a: IpvsDestination, b: IpvsDestination): number =>
  compareAddresses(a.address, b.address) || a.port - b.port;

/** glibc's qsort: top-down merge sort, the first half being the smaller one. */
export function mergeSort<T>(items: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  if (items.length <= 1) return items;
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), compare);
  const right = mergeSort(items.slice(middle), compare);
  const out: T[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const a = left[i];
    const b = right[j];
    if (a === undefined) return [...out, ...right.slice(j)];
    if (b === undefined) return [...out, ...left.slice(i)];
    if (compare(a, b) <= 0) {
      out.push(a);
      i++;
    } else {
      out.push(b);
      j++;
    }
  }
}
