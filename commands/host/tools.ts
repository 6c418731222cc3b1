import { NotEmulated } from '../../src/base/errors.ts';
import type { Tools } from '../dispatch.ts';

const NAMES = ['ip', 'lsmod', 'modprobe', 'sysctl', 'ping', 'nc'];

export const tools: Tools = new Map(
  NAMES.map((name) => [
    name,
    () => {
      throw new NotEmulated(name);
    },
  ]),
);
