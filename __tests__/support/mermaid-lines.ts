// Judges Mermaid charts in Markdown line by line, by a grammar narrower than Mermaid's: our words, numbers and times.
import type { Code } from 'mdast';
import { allNodes, parseMarkdown } from './parse-markdown.js';

const TIME = String.raw`2001-01-\d\d \d\d:\d\d:\d\d\.\d{3}`;
const LINES: Readonly<Record<string, RegExp>> = {
  gantt: new RegExp(
    String.raw`^(?:---|config:|  gantt:|    displayMode: compact|    leftPadding: 110|gantt|  dateFormat YYYY-MM-DD HH:mm:ss\.SSS|  axisFormat (?:%M:%S|%H:%M)|  section [a-z ]+|  (?:\d+|·) :(?:active, |done, )?${TIME}, ${TIME})$`,
  ),
  'xychart-beta':
    /^(?:---|config:|  xyChart:|    width: 900|    height: 320|  themeVariables:|    xyChart:|      backgroundColor: "transparent"|      plotColorPalette: "#[0-9a-f]{6}, #[0-9a-f]{6}"|xychart-beta|  x-axis "turn" (?:\[(?:"\d+"(?:, )?)+\]|\d+ --> \d+)|  y-axis "tokens" 0 --> \d+|  bar \[\d+(?:, \d+)*\])$/,
};

/** The charts of a text by their kinds, in order. */
export function mermaidCharts(markdown: string): { kind: string; lines: string[] }[] {
  return allNodes(parseMarkdown(markdown))
    .filter((node): node is Code => node.type === 'code' && node.lang === 'mermaid')
    .map(({ value }) => {
      const lines = value.split('\n');
      return { kind: lines.find((line) => line in LINES) ?? 'unknown', lines };
    });
}

/** Lines that a chart should not have; empty when there is none. */
export function mermaidBreaches(markdown: string): string[] {
  return mermaidCharts(markdown).flatMap(({ kind, lines }) =>
    lines.filter((line) => !(LINES[kind]?.test(line) ?? false)).map((line) => `${kind}: ${line}`),
  );
}

/** Bars of a chart: tasks of a timeline, columns of a bar chart. */
export function barCount({ kind, lines }: { kind: string; lines: readonly string[] }): number {
  if (kind === 'gantt') return lines.filter((line) => line.includes(' :')).length;
  return (lines.find((line) => line.startsWith('  bar ')) ?? '').split(', ').length;
}
