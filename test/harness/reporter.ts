/** Ends the run's report with one plain line: `N passed, N failed`. */
import type { Reporter, TestModule } from 'vitest/node';

export default class Count implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      passed += states.filter((state) => state === 'passed').length;
      failed += states.filter((state) => state === 'failed').length;
      // A file that cannot be loaded has no tests to fail.
      if (module.errors().length > 0) failed++;
    }
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
  }
}
