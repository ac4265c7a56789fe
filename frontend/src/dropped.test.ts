import { expect, test } from "vitest";
import { filesIn, filesOfFolder } from "./dropped";

type Give<V> = (value: V) => void;

function file(name: string) {
  return { isFile: true, isDirectory: false, name, file: (give: Give<File>) => give(new File(["x"], name)) };
}

/** Gives its entries in parts of two, as browsers do in parts of a hundred. */
function folder(name: string, entries: unknown[]) {
  const createReader = () => {
    const left = [...entries];
    return { readEntries: (give: Give<unknown[]>) => give(left.splice(0, 2)) };
  };
  return { isFile: false, isDirectory: true, name, createReader };
}

function dropped(entries: unknown[], files: File[] = []): DataTransfer {
  return { files, items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })) } as unknown as DataTransfer;
}

test("a folder gives the files in it and below it, by name, and its own name", async () => {
  const study = folder("patient 7", [file("b.dcm"), folder("more", [file("c.dcm")]), file("a.dcm"), file(".DS_Store")]);
  const { files, label } = await filesIn(dropped([study]));
  expect([label, files.map(({ name }) => name)]).toEqual(["patient 7", ["a.dcm", "b.dcm", "c.dcm"]]);
});

test("files alone are taken as they are, and a browser without entries too", async () => {
  const plain = [new File(["x"], "a.dcm")];
  expect(await filesIn(dropped([file("a.dcm")], plain))).toEqual({ files: plain, label: null });
  expect(await filesIn(dropped([null], plain))).toEqual({ files: plain, label: null });
});

test("a chosen folder names the study and leaves out what is no image", () => {
  const inside = (name: string) => Object.assign(new File(["x"], name), { webkitRelativePath: `patient 7/${name}` });
  const { files, label } = filesOfFolder([inside("DICOMDIR"), inside("a.dcm")]);
  expect([label, files.map(({ name }) => name)]).toEqual(["patient 7", ["a.dcm"]]);
});
