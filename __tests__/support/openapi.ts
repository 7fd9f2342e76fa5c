// Checks requests and responses against the excerpt of GitHub's OpenAPI description. It keeps no state.
import { Ajv, type ValidateFunction } from 'ajv';
import { readFileSync } from 'node:fs';

interface Schema {
  type?: string;
  properties?: Record<string, unknown>;
  oneOf?: Schema[];
}

interface Operation {
  operationId: string;
  parameters: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  responses: Record<string, unknown>;
}

export interface MatchedRequest {
  operationId: string;
  /** Path and query parameters, numbers as numbers. */
  parameters: Record<string, string | number>;
  /** What GitHub's description does not allow in this request; empty when it is right. */
  violations: string[];
}

export interface OpenApi {
  /** `undefined` when the excerpt has no such operation. */
  match(method: string, url: URL, body: unknown): MatchedRequest | undefined;
  /** What is wrong with a response of ours: types of fields, not their absence. */
  checkResponse(operationId: string, status: number, body: unknown): string[];
}

export function loadOpenApi(): OpenApi {
  const text = readFileSync(new URL('./openapi-slice.json', import.meta.url), 'utf8');
  // OpenAPI 3.0 has `nullable` beside a reference too; there ajv does not take it, and null is refused instead.
  const typed = (value: unknown) =>
    typeof value === 'object' && value !== null && 'nullable' in value && !('type' in value)
      ? { ...value, nullable: undefined }
      : value;
  const slice = JSON.parse(text, (_key, value: unknown) => typed(value)) as {
    paths: Record<string, Record<string, Operation>>;
  };
  // Our responses hold what Ferrule reads, not all that GitHub sends; requests are checked in full.
  const loose = JSON.parse(text, (key, value: unknown) =>
    key === 'required' && Array.isArray(value) ? [] : typed(value),
  ) as object;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(slice, 'requests');
  ajv.addSchema(loose, 'responses');
  const compiled = new Map<string, ValidateFunction>();
  const check = (document: string, pointer: string[], data: unknown): string[] => {
    const escaped = pointer.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')));
    const reference = `${document}#/${escaped.join('/')}`;
    const validate = compiled.get(reference) ?? ajv.compile({ $ref: reference });
    compiled.set(reference, validate);
    if (validate(data)) return [];
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? 'is wrong'}`.trim());
  };
  const operations = Object.entries(slice.paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const names = [...route.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '');
      const pattern = new RegExp(`^${route.replaceAll(/\{\w+\}/g, '([^/]+)')}$`);
      return { route, method, operation, names, pattern };
    }),
  );

  return {
    match(method, url, body) {
      const found = operations.find(
        (entry) => entry.method === method.toLowerCase() && entry.pattern.test(url.pathname),
      );
      if (!found) return undefined;
      const { route, operation, names, pattern } = found;
      const values = pattern.exec(url.pathname)?.slice(1) ?? [];
      const given = new Map(names.map((name, i) => [name, decodeURIComponent(values[i] ?? '')]));
      for (const [name, value] of url.searchParams) given.set(name, value);
      const violations: string[] = [];
      const parameters: Record<string, string | number> = {};
      for (const [name, value] of given) {
        const index = operation.parameters.findIndex((parameter) => parameter.name === name);
        const schema = operation.parameters[index]?.schema;
        if (!schema) violations.push(`unknown parameter '${name}'`);
        const typed = schema?.type === 'integer' && /^\d+$/.test(value) ? Number(value) : value;
        parameters[name] = typed;
        const pointer = ['paths', route, found.method, 'parameters', String(index), 'schema'];
        if (schema) violations.push(...check('requests', pointer, typed).map((text) => `parameter '${name}' ${text}`));
      }
      const schema = operation.requestBody?.content['application/json'].schema;
      if (schema) {
        const pointer = ['paths', route, found.method, 'requestBody', 'content', 'application/json', 'schema'];
        violations.push(...check('requests', pointer, body).map((text) => `body ${text}`));
        // GitHub's schemas allow unknown keys; GitHub ignores them, which is never what the sender meant.
        const known = Object.keys({ ...schema.properties, ...schema.oneOf?.[0]?.properties });
        for (const key of Object.keys(body ?? {}))
          if (!known.includes(key)) violations.push(`body has the unknown key '${key}'`);
      } else if (body !== undefined) violations.push('a body where none belongs');
      return { operationId: operation.operationId, parameters, violations };
    },
    checkResponse(operationId, status, body) {
      const found = operations.find(({ operation }) => operation.operationId === operationId);
      if (!found?.operation.responses[status]) return status < 300 ? [`status ${status} is not described`] : [];
      const pointer = [
        'paths',
        found.route,
        found.method,
        'responses',
        String(status),
        'content',
        'application/json',
        'schema',
      ];
      return check('responses', pointer, body).map((text) => `response ${text}`);
    },
  };
}
