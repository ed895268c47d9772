#!/usr/bin/env node
// The `rig` command. Node before 22.18 does not run TypeScript by itself; from there on nothing is added.
if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api');
  register();
}
const { runFromTerminal } = await import('./main.ts');
await runFromTerminal();
