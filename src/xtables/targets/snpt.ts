import { prefixTranslationTarget } from '../prefix-translation.ts';

export const snpt = prefixTranslationTarget('SNPT');
