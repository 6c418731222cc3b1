import { NotEmulated } from '../../src/base/errors.ts';
import type { Tools } from '../dispatch.ts';

const NAMES = ['nft'];

export const tools: Tools = new Map(
  NAMES.map((name) => [
    name,
    () => {
      throw new NotEmulated(name);
    },
  ]),
);
