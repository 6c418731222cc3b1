import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{bin,commands,src,state,test}/**/*.test.ts'],
    reporters: ['default', './test/harness/reporter.ts'],
    testTimeout: 30_000,
  },
});
