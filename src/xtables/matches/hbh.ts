import { headerOptionsMatch } from '../header-options.ts';

export const hbh = headerOptionsMatch('hbh', true);
