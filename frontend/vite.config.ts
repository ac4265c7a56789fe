import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds the Flask application; the built page is served by Flask itself. */
const SERVER = "http://127.0.0.1:8080";

export default defineConfig({
  base: "/",
  // vtk.js reaches for it to read XML surface meshes, which no mammogram has; it is large and wants Node's `events`.
  resolve: { alias: { xmlbuilder2: fileURLToPath(new URL("src/viewer/no-xml.ts", import.meta.url)) } },
  build: {
    outDir: "dist",
    assetsDir: "assets",
    assetsInlineLimit: 0, // every picture its own file: the page's policy is "everything from 'self'"
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 3000, // kB; Cornerstone with vtk.js is one chunk, fetched after the page is painted
  },
  worker: { format: "es" },
  server: { host: "127.0.0.1", proxy: { "/api": SERVER } },
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"] },
});
