// Places in the code as links into the change that this page shows.
import { parsePlace } from '../code-place.js';
import { changedFileId } from './change.js';
import { safeHtml, codeName, NOTHING, type Part } from './markup.js';
import type { PatchFile } from './patch-files.js';

/**
 * A place (`path:line`) as a link to the file's difference on this page where the change has that very file, else as text.
 * @param shown in its stead: the name of a test, say
 */
export type PlaceLink = (place: string, shown?: string) => Part;

export function placeLinks(files: readonly PatchFile[]): PlaceLink {
  const places = new Map(files.map(({ path }, at) => [path, changedFileId(at)]));
  return (place, shown = place) => {
    const { path, line } = parsePlace(place);
    const id = places.get(path);
    if (id === undefined) return codeName(shown);
    return safeHtml`<a href="#${id}" ${line === undefined ? NOTHING : safeHtml` data-line="${line}"`}>${codeName(shown)}</a>`;
  };
}

/** The place of something that may have none. */
export function placeOf({ path, line }: { path?: string | undefined; line?: number | undefined }): string {
  return `${path ?? ''}${line === undefined ? '' : `:${line}`}`;
}
