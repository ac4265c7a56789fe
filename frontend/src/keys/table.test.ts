import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { en } from "../words/en";
import { COMMAND_IDS, GROUPS, KEYMAP } from "./keymap";

const PAGE = readFileSync(new URL("../../../docs/reading-room.md", import.meta.url), "utf8");

/** One line of the page's table. */
function lineOf(id: (typeof COMMAND_IDS)[number]): string {
  const keys = KEYMAP[id].keys.map((key) => `\`${key}\``).join(" ");
  return `| ${keys} | ${en[`command.${id}`]} |`;
}

test("docs/reading-room.md lists the keys as they are, group by group", () => {
  const table = GROUPS.flatMap((group) => {
    const lines = COMMAND_IDS.filter((id) => KEYMAP[id].group === group).map(lineOf);
    return [`| **${en[`group.${group}`]}** | |`, ...lines];
  });
  const listed = PAGE.split("\n").filter((line) => line.startsWith("| `") || line.startsWith("| **"));
  expect(listed).toEqual(table);
});
