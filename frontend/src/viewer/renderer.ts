/** How pictures are drawn, where somebody had reason to say so (a broken graphics driver, a test); else null. */
export function askedRenderer(): "gpu" | "cpu" | null {
  try {
    const name = localStorage.getItem("mammoscope.renderer");
    return name === "gpu" || name === "cpu" ? name : null;
  } catch {
    return null; // the reader forbids the page to remember anything
  }
}
