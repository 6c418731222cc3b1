import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './json.ts';
import { comparePacketCase, type RecordedCase } from './packet-case.ts';
import { CORPUS, withCorpus } from './suite.ts';
import { compareScenario, type Scenario, scenarioInput } from './traffic-case.ts';

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

withCorpus('packets', () => {
  describe('the comparison of packet cases', () => {
    it('finds a recording equal to itself and nothing else', () => {
      for (const name of readdirSync(join(CORPUS, 'packets'))) {
        for (const recorded of read(join(CORPUS, 'packets', name)) as RecordedCase[]) {
          expect(comparePacketCase(recorded, recorded.result)).toEqual([]);
          expect(comparePacketCase(recorded, {})).not.toEqual([]);
          const steps = recorded.result.steps as readonly JsonObject[];
          const other = steps.map((step) => ({ ...step, outcome: 'else', rc: -1 }));
          expect(comparePacketCase(recorded, { ...recorded.result, steps: other })).not.toEqual([]);
        }
      }
    });
  });
});

withCorpus('ipvs/traffic', () => {
  describe('the comparison of traffic scenarios', () => {
    it('finds a recording equal to itself, and its inputs not', () => {
      for (const name of readdirSync(join(CORPUS, 'ipvs', 'traffic'))) {
        const scenario = read(join(CORPUS, 'ipvs', 'traffic', name)) as Scenario;
        expect(compareScenario(scenario, scenario), name).toEqual([]);
        expect(compareScenario(scenario, scenarioInput(scenario)), name).not.toEqual([]);
      }
    });
  });
});
