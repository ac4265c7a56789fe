/** Files and folders that were dropped on the page (File and Directory Entries API). */

export interface Dropped {
  files: File[];
  /** The folder's name, where one folder was dropped; null else. */
  label: string | null;
}

const MOST_FILES = 500;
const NO_IMAGES = /^(\.|DICOMDIR$|Thumbs\.db$|desktop\.ini$)/i;

/** Call it while the event is handled: what was dropped can be asked for only then. */
export async function filesIn(data: DataTransfer | null): Promise<Dropped> {
  if (data === null) return { files: [], label: null };
  const plain = [...data.files];
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const folders = entries.filter((entry) => entry.isDirectory);
  if (folders.length === 0) return { files: plain, label: null };
  const files = (await Promise.all(entries.map(filesOf))).flat().slice(0, MOST_FILES);
  return { files, label: entries.length === 1 ? (folders[0]?.name ?? null) : null };
}

/** Of files chosen with a folder: without what is no image, named by the folder. */
export function filesOfFolder(files: readonly File[]): Dropped {
  const label = files[0]?.webkitRelativePath.split("/")[0] ?? "";
  const images = files.filter(({ name }) => !NO_IMAGES.test(name)).slice(0, MOST_FILES);
  return { files: images, label: label === "" ? null : label };
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (NO_IMAGES.test(entry.name)) return [];
  if (isFile(entry)) return [await new Promise<File>((resolve, reject) => entry.file(resolve, reject))];
  const inside = await all((entry as FileSystemDirectoryEntry).createReader());
  return (await Promise.all(inside.map(filesOf))).flat();
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

/** Browsers give a folder's entries in parts, an empty part at the end. */
async function all(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const found: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return found.sort((a, b) => a.name.localeCompare(b.name));
    found.push(...part);
  }
}
