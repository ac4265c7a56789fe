import type { Location } from "../api-types";
import { NO_BREAK } from "./format";
import type { T } from ".";

/** "outer half, middle third, 34 mm from the nipple": what one view can tell. */
export function placeWords(t: T, { region, depth, nipple_mm: nipple }: Location): string {
  const words = [
    ...(region === null ? [] : [t(`place.${region}`)]),
    t(`place.${depth}`),
    ...(nipple === null ? [] : [t("place.nipple", { mm: millimetres(nipple) })]),
  ];
  return words.join(", ");
}

export function millimetres(length: number): string {
  return `${Math.round(length)}${NO_BREAK}mm`;
}
