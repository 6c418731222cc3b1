import { NotEmulated } from '../../src/base/errors.ts';
import type { Tools } from '../dispatch.ts';

const NAMES = ['ipset', 'ipset-translate'];

export const tools: Tools = new Map(
  NAMES.map((name) => [
    name,
    () => {
      throw new NotEmulated(name);
    },
  ]),
);
