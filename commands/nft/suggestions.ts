/** "; did you mean ...?" for things that are not there. */
import type { Ruleset } from '../../src/kernel/model.ts';
import type { Family } from '../../src/kernel/nftables/model.ts';
import { closest } from '../../src/nft/suggest.ts';

export class Suggestions {
  readonly #ruleset: Ruleset;
  constructor(ruleset: Ruleset) {
    this.#ruleset = ruleset;
  }

  table(family: Family, name: string): string | undefined {
    const tables = [...this.#ruleset.tables.values()];
    if (tables.some((t) => t.family === family && t.name === name)) return undefined;
    const like = closest(
      name,
      tables.map((t) => t.name),
    );
    const found = tables.find((t) => t.name === like);
    return found && `; did you mean table '${found.name}' in family ${found.family}?`;
  }

  chain(family: Family, table: string, name: string): string | undefined {
    const chains = [...this.#ruleset.chains.values()].filter((c) => !c.anonymous);
    if (chains.some((c) => c.family === family && c.table === table && c.name === name))
      return undefined;
    const like = closest(
      name,
      chains.map((c) => c.name),
    );
    const found = chains.find((c) => c.name === like);
    return (
      found && `; did you mean chain '${found.name}' in table ${found.family} '${found.table}'?`
    );
  }

  set(family: Family, table: string, name: string): string | undefined {
    const sets = [...this.#ruleset.sets.values()].filter((s) => !s.flags.includes('anonymous'));
    if (sets.some((s) => s.family === family && s.table === table && s.name === name))
      return undefined;
    const like = closest(
      name,
      sets.map((s) => s.name),
    );
    const found = sets.find((s) => s.name === like);
    const kind = found?.flags.includes('map') || found?.flags.includes('object') ? 'map' : 'set';
    return (
      found && `; did you mean ${kind} '${found.name}' in table ${found.family} '${found.table}'?`
    );
  }

  object(family: Family, table: string, name: string): string | undefined {
    const objects = [...this.#ruleset.objects.values()];
    if (objects.some((o) => o.family === family && o.table === table && o.name === name))
      return undefined;
    const like = closest(
      name,
      objects.map((o) => o.name),
    );
    const found = objects.find((o) => o.name === like);
    return found && `; did you mean obj '${found.name}' in table ${found.family} '${found.table}'?`;
  }
}
