import { headerOptionsMatch } from '../header-options.ts';

export const dst = headerOptionsMatch('dst', false);
