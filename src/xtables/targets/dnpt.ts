import { prefixTranslationTarget } from '../prefix-translation.ts';

export const dnpt = prefixTranslationTarget('DNPT');
