import type { Tools } from '../dispatch.ts';
import { nft } from './nft.ts';

export const tools: Tools = new Map([['nft', nft]]);
