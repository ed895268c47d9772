import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Every core: most files wait for one of their own, and a run must end well inside twenty minutes on two.
    maxWorkers: '100%',
  },
});
