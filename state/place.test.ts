import { expect, test } from 'vitest';
import { labDirectory, type Surroundings } from './place.ts';

const on = (platform: string, variables: Readonly<Record<string, string>> = {}): Surroundings => ({
  platform,
  home: platform === 'win32' ? 'C:\\Users\\me' : '/home/me',
  variable: (name) => new Map(Object.entries(variables)).get(name),
});

test.each([
  ['linux', {}, '/home/me/.local/state/nflab/default'],
  ['linux', { XDG_STATE_HOME: '/s', XDG_CACHE_HOME: '/c' }, '/s/nflab/default'],
  ['linux', { XDG_STATE_HOME: 'here' }, '/home/me/.local/state/nflab/default'],
  ['linux', { NFLAB_STATE_DIR: '/tmp/x', NFLAB_LAB: 'a.b' }, '/tmp/x/a.b'],
  ['darwin', {}, '/home/me/Library/Application Support/nflab/default'],
  ['win32', { LOCALAPPDATA: 'D:\\l' }, 'D:\\l\\nflab\\default'],
])('on %s with %j labs are in %s', (platform, variables, lab) => {
  expect(labDirectory(on(platform, variables))).toBe(lab);
});

test.each([
  '..',
  '.hidden',
  'a/b',
  'a\\b',
  '../x',
  '/etc',
  'a\0',
  'ü',
  ' ',
  'x'.repeat(101),
  'a\n',
])('%j is no lab name', (name) => {
  expect(() => labDirectory(on('linux', { NFLAB_LAB: name }))).toThrow('bad lab name');
});
