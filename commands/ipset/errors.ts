/** What ipset says to each error of the kernel. */
import { STRERROR } from '../../src/base/errors.ts';
import type { IpsetErrno } from '../../src/kernel/ipset/request.ts';
import type { Command } from './command.ts';

/** Errors whose meaning depends on the command. */
const BY_COMMAND: { readonly [E in IpsetErrno]?: { readonly [C in Command]?: string } } = {
  EEXIST: { create: 'Set cannot be created: set with the same name already exists' },
  BUSY: { destroy: 'Set cannot be destroyed: it is in use by a kernel component' },
  EXIST_SETNAME2: {
    rename: 'Set cannot be renamed: a set with the new name already exists',
    swap: 'Sets cannot be swapped: the second set does not exist',
  },
  REFERENCED: { rename: 'Set cannot be renamed: it is in use by another system' },
  TYPE_MISMATCH: { swap: 'The sets cannot be swapped: their type does not match' },
  EXIST: {
    add: "Element cannot be added to the set: it's already added",
    del: "Element cannot be deleted from the set: it's not added",
  },
};

const TEXTS: { readonly [E in IpsetErrno]?: string } = {
  ENOENT: 'The set with the given name does not exist',
  PROTOCOL: 'Kernel error received: ipset protocol error',
  FIND_TYPE: 'Kernel error received: set type not supported',
  INVALID_NETMASK: 'The value of the netmask parameter is invalid',
  INVALID_MARKMASK: 'The value of the markmask parameter is invalid',
  INVALID_FAMILY: 'Protocol family not supported by the set type',
  BITMASK_NETMASK_EXCL: 'netmask and bitmask options are mutually exclusive, provide only one',
  INVALID_CIDR: 'The value of the CIDR parameter of the IP address is invalid',
  TIMEOUT: 'Timeout cannot be used: set was created without timeout support',
  COUNTER: 'Packet/byte counters cannot be used: set was created without counter support',
  COMMENT: 'Comment cannot be used: set was created without comment support',
  SKBINFO: 'Skbinfo mapping cannot be used: set was created without skbinfo support',
  BITMAP_RANGE: 'Element is out of the range of the set',
  BITMAP_RANGE_SIZE: 'The range you specified exceeds the size limit of the set type',
  HASH_FULL: 'Hash is full, cannot add more elements',
  HASH_ELEM: 'Null-valued element, cannot be stored in a hash type of set',
  INVALID_PROTO: 'Invalid protocol specified',
  MISSING_PROTO: 'Protocol missing, but must be specified',
  HASH_RANGE_UNSUPPORTED: 'Range is not supported in the "net" component of the element',
  HASH_RANGE: 'Invalid range, covers the whole address space',
  NAME: 'Set to be added/deleted/tested as element does not exist.',
  LOOP: 'Sets with list:set type cannot be added to the set.',
  BEFORE: 'No reference set specified.',
  NAMEREF: "The set to which you referred with 'before' or 'after' does not exist.",
  REF_EXIST: "The set to which you referred with 'before' or 'after' is not added to the set.",
  MINUS_ONE: 'Kernel error received: Unknown error -1',
  EINVAL: `Kernel error received: ${STRERROR.EINVAL}`,
  ENOMEM: `Kernel error received: ${STRERROR.ENOMEM}`,
};

/** The text of a kernel's refusal of a command. */
export function errorText(command: Command, errno: IpsetErrno): string {
  const text = BY_COMMAND[errno]?.[command] ?? TEXTS[errno];
  if (text === undefined) throw new Error(`no text for ${errno} of ${command}`);
  return text;
}
