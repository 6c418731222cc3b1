/**
 * Links the modules of a program so that each is evaluated when something of it is first used. A command needs a
 * fraction of its tool's modules; V8 then neither compiles the others nor loads them with its compiled code. That is
 * sound because no module does anything on import but define what it exports, and none imports in a circle.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transform } from 'esbuild';

const COMMON = { target: 'node20.19', charset: 'ascii' };

/** What is in front of the modules. Those that are not in the script lie in the file beside it that ends in `.more`. */
const RUNTIME = `(function(require,__filename){"use strict";const $done=[];
function $use(i){let e=$done[i];if(e===undefined){$done[i]=e={};($modules[i]??$load(i-$modules.length))(e)}return e}
function $load(i){const fs=require("node:fs"),at=$ends[i-1]??0,bytes=Buffer.alloc($ends[i]-at),fd=fs.openSync(__filename.replace(/main$/,"more"));
fs.readSync(fd,bytes,0,bytes.length,at);fs.closeSync(fd);
return require("node:vm").runInThisContext("(function($use,require){return "+bytes.toString("latin1")+"\\n})",{filename:__filename+":more:"+i})($use,require)}
`;

/** The modules of the program that begins with the one at `entry`, that one first. */
export async function link(root, entry) {
  const modules = new Map();
  const visit = async (path) => {
    if (modules.has(path)) return;
    modules.set(path, undefined);
    const module = await load(root, path);
    modules.set(path, module);
    await Promise.all(module.imports.map(visit));
  };
  await visit(entry);
  return [...modules.values()];
}

/**
 * The text of a function of `require` and `__filename` with the modules that `inside` accepts, and the text of the others. It ends with what
 * `end` does; `$use(0)` are the exports of the first module, `$done` has those of all that were evaluated.
 */
export function writeScript(modules, { inside = () => true, end = 'return $use(0);' } = {}) {
  const [main] = modules;
  const order = modules.toSorted((a, b) => rank(a) - rank(b));
  function rank(module) {
    return module === main ? 0 : inside(module) ? 1 : 2;
  }
  const paths = order.map(({ path }) => path);
  const texts = order.map((module) =>
    module.text.replace(/\$import(\d+)/g, (_, i) => String(paths.indexOf(module.imports[i]))),
  );
  const count = order.filter((module) => rank(module) < 2).length;
  const more = texts.slice(count);
  let length = 0;
  const ends = more.map((text) => {
    length += text.length;
    return length;
  });
  return {
    text: `${RUNTIME}const $ends=[${ends}],$modules=[${texts.slice(0, count).join(',\n')}];\n${end}\n})`,
    more: more.join(''),
    names: order.map(({ name }) => name),
  };
}

const loading = new Map();

/** Of a module, once for all programs. */
function load(root, path) {
  let module = loading.get(path);
  if (!module) {
    module = convert(relative(root, path), path);
    loading.set(path, module);
  }
  return module;
}

/** Rewrites what esbuild makes of an ES module in CommonJS; refuses what it does not know. */
async function convert(name, path) {
  const { code } = await transform(readFileSync(path, 'utf8'), {
    ...COMMON,
    loader: 'ts',
    format: 'cjs',
    sourcefile: name,
  });
  const imports = [];
  const reference = (specifier) => {
    if (specifier.startsWith('node:')) return `require("${specifier}")`;
    if (!specifier.startsWith('.')) throw new Error(`${name} imports a package: ${specifier}`);
    const target = join(dirname(path), specifier);
    if (!imports.includes(target)) imports.push(target);
    return `$use($import${imports.indexOf(target)})`;
  };
  const body = importLazily(exportPlainly(code), reference);
  const unknown = /__(?:export|toESM|toCommonJS|reExport)\b|^.*\brequire\("\./m.exec(body);
  if (unknown) throw new Error(`${name} cannot be linked: ${unknown[0]}`);
  const { code: small } = await transform(`$module=function(exports){${body}}`, {
    ...COMMON,
    minify: true,
  });
  return { name, path, imports, text: small.replace(/^\$module=/, '').replace(/;\n$/, '') };
}

/** Getters that esbuild defines before the module runs become assignments behind it: there are no circles. */
function exportPlainly(code) {
  const names = /^var (\w+_exports) = \{\};$/m.exec(code)?.[1];
  if (!names) return code;
  const assignments = [];
  const body = code
    .slice(code.indexOf(`var ${names} = {};`))
    .replace(`var ${names} = {};`, '')
    .replace(`module.exports = __toCommonJS(${names});`, '')
    .replace(new RegExp(`^__export\\(${names}, \\{\\n([^}]*)\\}\\);$`, 'm'), (_, lines) => {
      for (const [, as, from] of lines.matchAll(/^ {2}(\w+): \(\) => ([\w.]+),?$/gm)) {
        assignments.push(
          from.includes('.')
            ? `Object.defineProperty(exports,"${as}",{get:()=>${from}});`
            : `exports.${as}=${from};`,
        );
      }
      return '';
    });
  return body + assignments.join('\n');
}

/** Each use of an import looks whether its module has been evaluated; `import * as` evaluates it at once. */
function importLazily(code, reference) {
  const uses = new Map();
  const body = code
    .replace(/^var (import_\w+) = require\("([^"]*)"\);$/gm, (_, local, specifier) => {
      uses.set(local, `(${local}??=${reference(specifier)})`);
      return '';
    })
    .replace(
      /^var (\w+) = __toESM\(require\("([^"]*)"\)\);$/gm,
      (_, local, specifier) => `const ${local} = ${reference(specifier)};`,
    )
    .replace(/\bimport_\w+(?=\.)/g, (local) => uses.get(local) ?? local);
  return uses.size > 0 ? `let ${[...uses.keys()].join(',')};\n${body}` : body;
}
