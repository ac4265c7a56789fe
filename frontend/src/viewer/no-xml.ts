/** In place of xmlbuilder2 (see vite.config.ts). */
export function create(): never {
  throw new Error("XML surface meshes are not read here");
}
