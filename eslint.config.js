import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'examples/', 'tmp/', '__tests__/fixtures/'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({
    ...config,
    files: ['src/**/*.ts', '__tests__/**/*.ts', 'bench/**/*.ts'],
  })),
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['src/report/html/client/*.js'] })),
  {
    // Scripts of the browser: one scope, which the page puts together, so what one file declares another one uses.
    files: ['src/report/html/client/*.js'],
    languageOptions: {
      sourceType: 'script',
      parserOptions: {
        project: './src/report/html/client/tsconfig.json',
        tsconfigRootDir: import.meta.dirname ?? process.cwd(),
      },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { vars: 'local' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'max-lines': ['error', { max: 300, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    files: ['src/**/*.ts', '__tests__/**/*.ts', 'bench/**/*.ts'],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname ?? process.cwd() },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'max-lines': ['error', { max: 300, skipComments: true, skipBlankLines: true }],
    },
  },
);
