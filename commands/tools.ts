/** Every emulated tool. A bundle of one family imports its own table instead. */
import type { Tools } from './dispatch.ts';

export const tools: Tools = new Map([]);
