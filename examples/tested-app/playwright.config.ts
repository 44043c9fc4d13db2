import { defineConfig } from '@playwright/test';

export default defineConfig({ testDir: 'playwright', timeout: 30_000 });
