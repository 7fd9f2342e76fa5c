import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import { readInputs, unknownInputs } from '../../src/inputs/inputs.js';

const GITHUB = { kind: 'github', workspace: '/home/runner/work/shop/shop' } as const;

function read(given: Record<string, string>, context: Parameters<typeof readInputs>[1] = GITHUB) {
  const texts: Record<string, string> = { spec: 'specs/login.md', 'anthropic-api-key': 'test-key-0001', ...given };
  return readInputs((name) => texts[name] ?? '', context);
}

function refusal(given: Record<string, string>): string {
  try {
    read(given);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as UserError;
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error(`accepted ${JSON.stringify(given)}`);
}

describe('defaults', () => {
  it('come from the contract when only spec and key are given', () => {
    expect(read({})).toEqual({
      spec: ['specs/login.md'],
      anthropicApiKey: 'test-key-0001',
      anthropicBaseUrl: 'https://api.anthropic.com',
      publish: 'auto',
      branch: 'ferrule/{spec}',
      commitWith: 'git',
      draft: 'until-verified',
      labels: [],
      reviewers: [],
      workingDirectory: '.',
      cargoArgs: [],
      gates: ['check', 'test', 'fmt', 'clippy', 'audit', 'ledger'],
      advisoryGates: [],
      auditRules: {},
      dependencies: 'registry',
      protectedPaths: [],
      maxTurns: 200,
      maxTokens: 20_000_000,
      maxCostUsd: 10,
      maxMinutes: 60,
      maxRounds: 3,
      onQuestion: 'pause',
      sandbox: 'auto',
      allowedBots: [],
      resume: 'auto',
      resumeFrom: [],
      dryRun: false,
    });
  });

  it('publish nothing on the command line unless asked for', () => {
    const local = { kind: 'local', workspace: '/home/ada/shop' } as const;
    expect(read({}, local).publish).toBe('none');
    expect(read({ publish: 'pull-request' }, local).publish).toBe('pull-request');
  });
});

describe('lists', () => {
  it('take one entry a line, commas too, each entry once', () => {
    expect(read({ labels: 'rust, needs review\n rust\n\nspec' }).labels).toEqual(['rust', 'needs review', 'spec']);
  });

  it('keep the commas inside the braces of a glob', () => {
    expect(read({ spec: 'specs/{a,b}.md,specs/c.md' }).spec).toEqual(['specs/{a,b}.md', 'specs/c.md']);
  });

  it('suggest the gate that was meant', () => {
    expect(refusal({ gates: 'check\nclipy' })).toBe(
      "Input 'gates' has the value 'clipy'. Expected one of 'check', 'test', 'fmt', 'clippy', 'doc', 'audit', 'ledger'. Did you mean 'clippy'?",
    );
  });

  it('suggest nothing for a gate that resembles none', () => {
    expect(refusal({ gates: 'coverage' })).not.toContain('Did you mean');
  });
});

describe("severities of the audit's rules", () => {
  it('are set one a line or by commas', () => {
    expect(read({ 'audit-rules': 'unwrap-used: warn, missing-docs:off\n  test-renamed : block\n' }).auditRules).toEqual(
      {
        'unwrap-used': 'warn',
        'missing-docs': 'off',
        'test-renamed': 'block',
      },
    );
  });

  it.each([
    ['unwrap-use: warn', "a rule of the audit, of docs/audit-rules.md. Did you mean 'unwrap-used'?"],
    ['toString: warn', 'a rule of the audit'],
    ['test-proves-nothing-new: block', "Expected one of 'warn', 'off'"],
    ['unwrap-used: wran', "one of 'block', 'warn', 'off'. Did you mean 'warn'?"],
    ['unwrap-used:', "one of 'block', 'warn', 'off'"],
    ['unwrap-used', "entries of the form 'rule: severity'"],
    ['unwrap-used: warn, unwrap-used: off', 'each rule once'],
  ])('are refused: %s', (value, expected) => {
    const message = refusal({ 'audit-rules': value });
    expect(message).toContain("Input 'audit-rules' has the value '");
    expect(message).toContain(expected);
  });
});

describe('single values', () => {
  it.each([
    ['dry-run', 'True', "'true' or 'false'"],
    ['dry-run', 'yes', "'true' or 'false'"],
    ['publish', 'pullrequest', "Did you mean 'pull-request'?"],
    ['commit-with', 'graphql', "one of 'git', 'api'"],
    ['draft', 'true', "one of 'until-verified', 'always', 'never'"],
    ['sandbox', 'off', "one of 'auto', 'unsafe-off'"],
    ['max-turns', '-5', 'a whole number above 0'],
    ['max-turns', '0', 'a whole number above 0'],
    ['max-turns', '2.5', 'a whole number above 0'],
    ['max-tokens', '20,000,000', 'a whole number above 0'],
    ['max-tokens', '99999999999999999999', 'a whole number above 0'],
    ['max-cost-usd', '$10', 'a number above 0'],
    ['max-cost-usd', 'Infinity', 'a number above 0'],
    ['max-minutes', '0', 'a number above 0'],
    ['max-minutes', '100000', 'at most 7200'],
    ['package', 'my crate', 'the name of one package'],
    ['reviewers', 'ada lovelace', 'a login or a team'],
    ['allowed-bots', '*', 'the exact login of a bot'],
    ['allowed-bots', 'dependabot', 'the exact login of a bot'],
  ])('refuse %s: %s', (input, value, expected) => {
    const message = refusal({ [input]: value });
    expect(message).toContain(`Input '${input}' has the value '${value}'. Expected `);
    expect(message).toContain(expected);
  });

  it('accept decimals for money and minutes', () => {
    expect(read({ 'max-cost-usd': '2.50', 'max-minutes': '0.5' })).toMatchObject({ maxCostUsd: 2.5, maxMinutes: 0.5 });
  });

  it('keep a hostile value on one line and short', () => {
    const message = refusal({ publish: `x\n::error::${'a'.repeat(500)}` });
    expect(message.length).toBeLessThan(300);
  });
});

describe('the model and its server', () => {
  it.each(['https://gateway.example/anthropic/', 'http://127.0.0.1:11434', 'http://localhost:8080', 'http://[::1]:80'])(
    'may be %s',
    (url) => {
      expect(read({ 'anthropic-base-url': url }).anthropicBaseUrl).not.toMatch(/\/$/);
    },
  );

  it.each([
    'http://gateway.example',
    'http://127.0.0.1.example',
    'ftp://localhost',
    'gateway.example',
    'https://x/?a=b',
  ])('may not be %s', (url) => {
    expect(refusal({ 'anthropic-base-url': url })).toContain("Input 'anthropic-base-url' has the value");
  });

  it('are refused with a password in the URL, without repeating it', () => {
    expect(refusal({ 'anthropic-base-url': 'https://ada:hunter2@gateway.example' })).not.toContain('hunter2');
  });

  it('accept aliases and full ids of any server, and suggest the alias that was meant', () => {
    expect(read({ model: 'sonnet' }).model).toBe('sonnet');
    expect(read({ model: 'qwen3-coder:30b' }).model).toBe('qwen3-coder:30b');
    expect(refusal({ model: 'sonet' })).toMatch(/^Input 'model': .*'sonet'.* Did you mean 'sonnet'\?$/);
    expect(refusal({ model: 'claude sonnet' })).toContain("Input 'model'");
  });
});

describe('the key', () => {
  it('is required', () => {
    expect(refusal({ 'anthropic-api-key': '' })).toContain("Input 'anthropic-api-key' is missing");
  });

  it('is not required for a replay or a dry run', () => {
    expect(read({ 'anthropic-api-key': '', replay: 'replay.jsonl' }).anthropicApiKey).toBeUndefined();
    expect(read({ 'anthropic-api-key': '', 'dry-run': 'true' }).anthropicApiKey).toBeUndefined();
  });

  it('loses the newline it was stored with, and is never repeated in a message', () => {
    expect(read({ 'anthropic-api-key': 'sk-test-123\n' }).anthropicApiKey).toBe('sk-test-123');
    expect(refusal({ 'anthropic-api-key': 'sk-123 sk-456' })).not.toContain('sk-');
  });
});

describe('a secret that would blank ordinary text when it is masked', () => {
  it.each(['abc', '1234567', 'undefined', 'Password'])('is refused, and not repeated: %s', (word) => {
    for (const input of ['anthropic-api-key', 'github-token']) {
      const message = refusal({ [input]: word });
      expect(message).toContain(`Input '${input}' is too short or a plain word.`);
      expect(message).not.toContain(word);
    }
  });

  it('is a placeholder for a server on this machine, which mostly checks none', () => {
    for (const url of ['http://127.0.0.1:11434', 'http://localhost:8080', 'https://[::1]:1'])
      expect(read({ 'anthropic-api-key': ' ollama\n', 'anthropic-base-url': url }).anthropicApiKey).toBe('ollama');
    const elsewhere = { 'anthropic-api-key': 'ollama', 'anthropic-base-url': 'https://localhost.example.com' };
    expect(refusal(elsewhere)).toContain('too short or a plain word');
    const spaced = { 'anthropic-api-key': 'no key', 'anthropic-base-url': 'http://127.0.0.1:1' };
    expect(refusal(spaced)).toContain('holds spaces');
  });

  it('is no longer one with a digit or a dash in it', () => {
    expect(read({ 'anthropic-api-key': 'local-key-0001' }).anthropicApiKey).toBe('local-key-0001');
    expect(read({ 'github-token': 'ghs_token' }).githubToken).toBe('ghs_token');
  });
});

describe('paths', () => {
  it('are normalised relative to the repository', () => {
    expect(read({ spec: './specs//001-login/' }).spec).toEqual(['specs/001-login']);
    expect(read({ 'working-directory': `${GITHUB.workspace}/crates/shop` }).workingDirectory).toBe('crates/shop');
    expect(read({ 'working-directory': GITHUB.workspace }).workingDirectory).toBe('.');
  });

  it.each(['../other', 'crates/../../other', '/etc', `${GITHUB.workspace}-other`, 'crates\\shop', '*/../../other'])(
    'outside the repository are refused: %s',
    (path) => {
      expect(refusal({ 'working-directory': path })).toContain('Expected a path inside the repository');
      expect(refusal({ spec: path })).toContain("Input 'spec' has the value");
    },
  );
});

describe('branches', () => {
  it.each(['a..b', 'a b', '/a', 'a/', 'a//b', 'a.lock', '-a', 'a~1', 'a/.b', 'ferrule/{name}', 'a@{b'])(
    'are refused when git would refuse them: %s',
    (branch) => {
      expect(refusal({ branch })).toContain('Expected a branch name that git accepts');
    },
  );

  it('need the placeholder when several specs may be selected', () => {
    expect(read({ branch: 'implementation' }).branch).toBe('implementation');
    expect(refusal({ branch: 'implementation', spec: 'specs/*.md' })).toContain("'{spec}' in the name");
  });

  it('may be given with refs/heads/ as a base', () => {
    expect(read({ base: 'refs/heads/main' }).base).toBe('main');
    expect(refusal({ base: 'refs/tags/v1' })).toContain("Input 'base'");
  });
});

describe('contradictions', () => {
  it('folders to go on from, and a fresh start', () => {
    expect(refusal({ resume: 'never', 'resume-from': 'earlier' })).toContain("'resume' is 'never'");
    expect(read({ 'resume-from': 'one\ntwo' }).resumeFrom).toEqual(['one', 'two']);
  });

  it('are refused between deciding and advisory gates', () => {
    expect(refusal({ 'advisory-gates': 'clippy' })).toContain("remove 'clippy' from 'gates' first");
    expect(read({ gates: 'check\ntest', 'advisory-gates': 'clippy' }).advisoryGates).toEqual(['clippy']);
  });

  it('include a missing spec', () => {
    expect(refusal({ spec: '' })).toContain("Input 'spec' is missing");
    expect(refusal({ spec: ' , ' })).toContain("Input 'spec' is missing");
  });
});

describe('inputs without an effect', () => {
  it('are named with the input that was probably meant', () => {
    expect(unknownInputs(['PATH', 'INPUT_SPEC', 'INPUT_MAX-TURN', 'INPUT_COLOUR'])).toEqual([
      "Input 'max-turn' is not known and has no effect. Did you mean 'max-turns'?",
      "Input 'colour' is not known and has no effect.",
    ]);
  });
});
