// What everything that leaves the process goes through: it knows the run's secrets and its canary, takes them out of what
// is kept, stops what is published, and raises the alarm. How a channel's own syntax is kept safe is not decided here
// (log.ts for the runner, the room `report` for Markdown, the room `publish` for commits).
import { randomBytes } from 'node:crypto';
import type { Secret } from './secret-needles.js';
import { createSecretScan, type SecretScan, type Sighting } from './secret-scan.js';

/** Channels that must go on whatever is in them: sightings are masked. */
type KeptChannel = 'the log' | 'the job summary' | 'the step outputs' | 'the files of the report';
/** Channels that nobody can take back: a sighting stops them. */
type PublishedChannel = 'the commits' | 'the branch name' | 'the pull request' | 'the comment';

/** Says why a text must not be published; `undefined` when it may. For bytes give their Latin-1 reading. */
export type Refusal = (channel: PublishedChannel, text: string) => string | undefined;

const CANARY = 'the canary of this run';

export class Outlet {
  private readonly secrets: Secret[] = [];
  private readonly raised = new Map<string, string>();
  private scan: SecretScan = createSecretScan([]);

  /** @param raise is given the sentence of each alarm, once; it must not pass through this outlet what caused it */
  constructor(private readonly raise: (sentence: string) => void) {}

  /** From now on the value is a secret. */
  keep(secret: Secret): void {
    if (secret.value.trim() === '' || this.secrets.some(({ value }) => value === secret.value)) return;
    this.secrets.push(secret);
    this.scan = createSecretScan(this.secrets);
  }

  /**
   * Makes a random token that looks like a model key and is a secret like one, but opens nothing. It is put where only a
   * broken wall lets it be read: whoever shows it could have shown a real key.
   */
  plantCanary(): string {
    const value = `sk-ant-api03-${randomBytes(69).toString('base64url')}-AA`;
    this.keep({ name: CANARY, value });
    return value;
  }

  /** For one channel, the function that takes secrets out of a text. A sighting raises the alarm. */
  masking(channel: KeptChannel): (text: string) => string {
    return (text) => {
      const masked = this.scan.mask(text);
      if (masked !== text) {
        const seen = this.scan.find(text);
        if (seen !== undefined) this.alarm(`${seen.secret} ${channel}`, keptSentence(seen, channel));
      }
      return masked;
    };
  }

  /** After any alarm nothing is published: where one form of a secret was seen, others may stand unseen. */
  readonly refusal: Refusal = (channel, text) => {
    const [earlier] = this.alarms;
    if (earlier !== undefined) return `Nothing was published: ${earlier}`;
    const seen = this.scan.find(text);
    if (seen === undefined) return undefined;
    const sentence = stoppedSentence(seen, channel);
    this.alarm(`${seen.secret} ${channel}`, sentence);
    return sentence;
  };

  /** The sentences of all alarms so far. */
  get alarms(): readonly string[] {
    return [...this.raised.values()];
  }

  private alarm(key: string, sentence: string): void {
    if (this.raised.has(key)) return;
    this.raised.set(key, sentence);
    this.raise(sentence);
  }
}

function keptSentence({ secret, form }: Sighting, channel: KeptChannel): string {
  if (secret === CANARY)
    return `The canary of this run, which only Ferrule's own process can read, was about to be written to ${channel} (${form}) and was taken out: a wall is broken. Rotate the secrets of this job.`;
  return `A secret (${secret}, ${form}) was about to be written to ${channel} and was taken out. Find out how it got there, and rotate it.`;
}

function stoppedSentence({ secret, form }: Sighting, channel: PublishedChannel): string {
  if (secret === CANARY)
    return `The canary of this run, which only Ferrule's own process can read, was about to be published in ${channel} (${form}); nothing was sent: a wall is broken. Rotate the secrets of this job.`;
  return `A secret (${secret}, ${form}) was about to be published in ${channel}; nothing was sent. Find out how it got there, and rotate it.`;
}
