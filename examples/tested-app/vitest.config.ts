import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['vitest/**/*.test.ts'],
    // Main's script runs in the process of its test: Vitest sees which of its lines have run.
    coverage: { provider: 'v8', include: ['main.js', 'summary.js'], reporter: ['text', 'json-summary'] },
  },
});
