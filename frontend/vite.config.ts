import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds the Flask application; the built page is served by Flask itself. */
const SERVER = "http://127.0.0.1:8080";

export default defineConfig({
  base: "/",
  build: {
    outDir: "dist",
    assetsDir: "assets",
    assetsInlineLimit: 0, // every picture its own file: the page's policy is "everything from 'self'"
    modulePreload: { polyfill: false },
  },
  server: { host: "127.0.0.1", proxy: { "/api": SERVER } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
