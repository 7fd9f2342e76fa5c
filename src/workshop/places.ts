// Where things lie: on the host below the run's scratch folder, and at fixed paths inside the box. The fixed paths are
// what lets a sealed target directory stay fresh from the baseline to the last verification: cargo trusts absolute paths.
import type { Mount } from '../sandbox/sandbox.js';

export const BOX_PROJECT = '/project';
export const BOX_TARGET = '/target';
export const BOX_CARGO_HOME = '/cargo';

/** One checkout with its own target directory, both folders of the host. */
export interface Place {
  project: string;
  target: string;
}

/** The mounts of a place for the EXEC box, with the registry read-only. */
export function placeMounts(place: Place, cargoHome: string): Mount[] {
  return [
    { host: place.project, box: BOX_PROJECT, writable: true },
    { host: place.target, box: BOX_TARGET, writable: true },
    ...registryMounts(cargoHome),
  ];
}

/**
 * Downloaded sources and the addresses of the registries they came from, and nothing else of cargo's home.
 * @param writable for the command that downloads; the configuration never is
 */
export function registryMounts(cargoHome: string, writable = false): Mount[] {
  const downloads = ['registry', 'git'].map((name) => ({
    host: `${cargoHome}/${name}`,
    box: `${BOX_CARGO_HOME}/${name}`,
    writable,
  }));
  return [...downloads, { host: `${cargoHome}/config.toml`, box: `${BOX_CARGO_HOME}/config.toml`, writable: false }];
}

/** Without a sandbox cargo sees the host's folders; what is kept and shown names those of the box. */
export function boxPaths({ project, target }: Place): (text: string) => string {
  return (text) => text.replaceAll(project, BOX_PROJECT).replaceAll(target, BOX_TARGET);
}
