// What a check of `ferrule doctor` is given and gives back.

export interface Finding {
  /** `bad`: no run is possible until it is mended, and the text says how. `note`: to know, or not asked and why. */
  kind: 'good' | 'bad' | 'note';
  /** One line. */
  text: string;
}

export interface Patient {
  /** Where the command was started. */
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** A folder that the caller removes afterwards. */
  scratch: string;
  /** Options of the command by name. */
  options: Readonly<Record<string, string>>;
}

/** @throws UserError for what has to be mended; its message is the finding */
export type Check = (patient: Patient) => Promise<Finding[]>;

export const good = (text: string): Finding => ({ kind: 'good', text });
export const bad = (text: string): Finding => ({ kind: 'bad', text });
export const note = (text: string): Finding => ({ kind: 'note', text });
