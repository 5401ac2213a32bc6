#!/usr/bin/env node
// Makes a component of a plugin: `node sdk/build.mjs --entry src/plugin.js --out NAME.wasm`. It installs nothing.
//
// The tool is the one that the plugin's package.json names: `@bytecodealliance/componentize-js` or `componentize-qjs`.
// Exit codes: 0 built, 1 the plugin is at fault, 2 something is missing, 64 wrong arguments.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { KINDS, isPlugin } from './lib/definition.js';

const SDK = realpathSync(dirname(fileURLToPath(import.meta.url)));
const USAGE = `usage: node sdk/build.mjs [--entry src/plugin.js] [--out NAME.wasm] [--wit DIR] [--world NAME | --kinds KIND,...]
  --entry  the plugin's file, which says \`export default plugin({ ... })\`
  --out    the component; NAME.wasm of the package's name if not said
  --wit    the contract; the SDK's copy if not said
  --world  of the contract; --kinds names its kinds instead. Both are checked against the plugin, which tells if neither is said`;

/** The kinds of the contract's worlds (wit/worlds.wit), in the order of `KINDS`. Other combinations get a world made for them. */
const WORLDS = {
  'mapper-plugin': ['mapper'],
  'template-chooser-plugin': ['template-chooser'],
  'rules-plugin': ['rules'],
  plugin: Object.keys(KINDS),
};

/** What each kind is exported as. */
const EXPORTS = { mapper: 'mapper', 'template-chooser': 'templateChooser', rules: 'rules' };

/** Folders of a plugin and of the SDK that never go into a component. */
const LEFT_OUT = ['target', 'test', 'tests', 'testing', 'cases', 'no-binaryen', 'wit'];

/** The tools that make components, and how an import of the contract is written for each. */
const TOOLS = {
  '@bytecodealliance/componentize-js': { imported: (name) => `* as ${name}`, build: spidermonkey },
  'componentize-qjs': { imported: (name) => name, build: quickjs },
};

class Problem extends Error {
  constructor(code, message) {
    super(message);
    this.exit = code;
  }
}

async function spidermonkey(tool, { staged, entry, wit, world }) {
  const { componentize } = await import(tool);
  // Every WASI feature is off: a plugin may import the contract and nothing else.
  const disableFeatures = ['stdio', 'random', 'clocks', 'http', 'fetch-event'];
  // Stacks then name files from the plugin's directory.
  process.chdir(staged);
  const built = await componentize({ sourcePath: join(staged, entry), witPath: wit, worldName: world, disableFeatures });
  return built.component;
}

async function quickjs(tool, { staged, entry, wit, world }) {
  const { componentize } = (await import(tool)).default;
  const jsPath = join(staged, entry);
  const built = await componentize({
    jsSource: readFileSync(jsPath, 'utf8'),
    jsPath,
    moduleRoot: staged,
    witPath: wit,
    world,
    stubWasi: true,
    sync: true,
  });
  return built.component;
}

function options() {
  let values;
  try {
    const names = ['entry', 'out', 'wit', 'world', 'kinds'].map((name) => [name, { type: 'string' }]);
    const help = { help: { type: 'boolean', short: 'h' } };
    values = parseArgs({ options: { ...Object.fromEntries(names), ...help } }).values;
  } catch (error) {
    throw new Problem(64, `${error.message}\n${USAGE}`);
  }
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  return values;
}

/** The nearest directory above a file that has something. */
function above(file, wanted) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, wanted))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Problem(2, `${file}: ${error.message}`);
  }
}

/** The module of the tool that package.json names, installed. */
function tool(root, manifest) {
  const named = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const name = Object.keys(TOOLS).find((one) => named.includes(one));
  if (!name) {
    throw new Problem(2, `${join(root, 'package.json')}: devDependencies name no ${Object.keys(TOOLS).join(' and no ')}`);
  }
  const folder = above(join(root, 'package.json'), join('node_modules', name, 'package.json'));
  if (!folder) throw new Problem(2, `${name} is not installed: run \`npm ci\` in ${root}`);
  const installed = join(folder, 'node_modules', name);
  const { exports, main } = readJson(join(installed, 'package.json'));
  return { ...TOOLS[name], name, module: pathToFileURL(join(installed, exports?.import ?? main)).href };
}

/** The plugin as its file defines it: what is wrong with it is told before anything is built. */
async function load(entry) {
  if (!existsSync(entry)) throw new Problem(2, `${entry}: there is no such file`);
  let loaded;
  try {
    loaded = await import(pathToFileURL(entry).href);
  } catch (error) {
    throw new Problem(1, uncaught(entry) || (error.stack ?? String(error)));
  }
  if (!isPlugin(loaded.default)) throw new Problem(1, `${entry}: must say \`export default plugin({ ... })\``);
  return loaded.default;
}

/** What node says of a file that cannot be loaded: of a syntax error it tells the line only where nothing catches it. */
function uncaught(entry) {
  const source = `await import(${JSON.stringify(pathToFileURL(entry).href)})`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' }).stderr.trim();
}

function checkKinds(plugin, { world, kinds }) {
  if (world !== undefined && !Object.hasOwn(WORLDS, world)) {
    throw new Problem(64, `--world ${world} is none of ${Object.keys(WORLDS).join(', ')}`);
  }
  const said = kinds?.split(',') ?? WORLDS[world] ?? plugin.kinds;
  const unknown = said.find((kind) => !Object.hasOwn(KINDS, kind));
  if (unknown !== undefined) throw new Problem(64, `--kinds: ${unknown} is none of ${Object.keys(KINDS).join(', ')}`);
  const missing = said.find((kind) => !plugin.kinds.includes(kind));
  if (missing) throw new Problem(1, `the plugin is no ${missing}: give \`${KINDS[missing][0]}\` to \`plugin({ ... })\``);
  const more = plugin.kinds.find((kind) => !said.includes(kind));
  if (more) throw new Problem(1, `the plugin is a ${more} too: name the kind in jackfield-plugin.toml, or take \`${KINDS[more][0]}\` out`);
}

/** Copies what a component may hold: the plugin's modules at their places, the SDK at `sdk`, the contract, and an entry. */
function stage(staged, { root, entry, manifest, plugin, wit, imported }) {
  const modules = (folder) => (path) => {
    const below = relative(folder, path).split(sep);
    if (LEFT_OUT.includes(below[0]) || below.some((name) => name === 'node_modules' || name.startsWith('.'))) return false;
    return extname(path) === '' || ['.js', '.mjs', '.json'].includes(extname(path));
  };
  cpSync(root, staged, { recursive: true, dereference: true, filter: modules(root) });
  cpSync(SDK, join(staged, 'sdk'), { recursive: true, dereference: true, filter: modules(SDK) });
  cpSync(wit, join(staged, 'wit'), { recursive: true, dereference: true });
  const { kinds } = plugin;
  let world = Object.keys(WORLDS).find((name) => WORLDS[name].join() === kinds.join());
  if (!world) {
    world = 'some-kinds';
    const included = ['about', ...kinds].map((kind) => `    include ${kind}-only;\n`).join('');
    writeFileSync(join(staged, 'wit', `${world}.wit`), `package jackfield:plugin@0.1.0;\n\nworld ${world} {\n${included}}\n`);
  }
  const directory = kinds.some((kind) => kind !== 'mapper');
  const { name, version, description } = manifest;
  const lines = [
    `import './sdk/forbid.js';`,
    `import ${imported('log')} from 'jackfield:plugin/log@0.1.0';`,
    ...(directory ? [`import ${imported('directory')} from 'jackfield:plugin/directory@0.1.0';`] : []),
    `import { component } from './sdk/component.js';`,
    `import plugin from ${JSON.stringify(`./${relative(root, entry).split(sep).join('/')}`)};`,
    `const made = component(plugin, { log${directory ? ', directory' : ''} }, ${JSON.stringify({ name, version, description })});`,
    ...['about', ...kinds.map((kind) => EXPORTS[kind])].map((one) => `export const ${one} = made.${one};`),
  ];
  writeFileSync(join(staged, 'jackfield-entry.js'), `${lines.join('\n')}\n`);
  return { staged, entry: 'jackfield-entry.js', wit: join(staged, 'wit'), world };
}

/** What a tool says, with what to do where it finds a module that node found. */
function explained(message) {
  const [, , module] = /(loading|resolving) module ["']([^"']+)["']/.exec(message) ?? [];
  if (!module) return message;
  return `${message}\n\`${module}\` is no file of the plugin: a component has no packages of node or npm; bundle what it needs into a file`;
}

async function build() {
  const began = Date.now();
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Problem(2, `node ${process.versions.node} is too old: 20 or later is needed`);
  }
  const given = options();
  const entry = resolve(given.entry ?? 'src/plugin.js');
  const wit = resolve(given.wit ?? join(SDK, 'wit'));
  if (!existsSync(wit)) throw new Problem(2, `${wit}: the contract is not there; say where by --wit`);
  const plugin = await load(entry);
  checkKinds(plugin, given);
  const root = above(entry, 'package.json');
  if (!root) throw new Problem(2, `${entry}: there is no package.json above it`);
  const manifest = readJson(join(root, 'package.json'));
  const { name, module, imported, build: run } = tool(root, manifest);
  const out = resolve(given.out ?? `${manifest.name}.wasm`);
  const staged = realpathSync(mkdtempSync(join(tmpdir(), 'jackfield-')));
  let component;
  try {
    component = await run(module, stage(staged, { root, entry, manifest, plugin, wit, imported }));
  } catch (error) {
    throw new Problem(1, `${name}: ${explained(String(error.message ?? error).replaceAll(staged + sep, ''))}`);
  } finally {
    process.chdir(root);
    rmSync(staged, { recursive: true, force: true });
  }
  writeFileSync(out, component);
  const size = (component.length / 1e6).toFixed(1);
  console.log(`${out}: ${plugin.kinds.join(', ')}; ${size} MB by ${name} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

build().catch((error) => {
  if (!(error instanceof Problem)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = error.exit;
});
