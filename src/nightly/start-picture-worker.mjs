// Starts the worker that turns drawings into pictures. Node before 22.18 does not run TypeScript by itself, and a worker does
// not take over the loader of its parent.
if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import('./picture-worker.ts');
